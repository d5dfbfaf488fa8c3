import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SelectionRules, Sequence } from '../src/index.ts';
import {
  bestOfHour,
  coverageOf,
  HoleFoundError,
  joinHours,
  namesNeedingSize,
  selectBestSequence,
} from '../src/index.ts';
import type { SmallArchive } from './support/archive.ts';
import { hourSource, hoursOf, smallArchives, written } from './support/archive.ts';
import { bestByStart, referenceSequence } from './support/reference-selection.ts';

const runs = { numRuns: tierCount({ push: 1500, nightly: 20_000 }) };
const bothRules = fc.constantFrom<SelectionRules>('wubloader', 'waybill');

function select({ files, startMicros, endMicros }: SmallArchive, rules: SelectionRules): Sequence {
  return selectBestSequence(hourSource(files), startMicros, endMicros, { rules });
}

function expected({ files, startMicros, endMicros }: SmallArchive, rules: SelectionRules): (string | null)[] {
  const sequence = referenceSequence(files, startMicros, endMicros, rules);
  return sequence.map((item) => item && `${item.hour}/${item.name}${item.cut ? ` until ${item.endMicros}` : ''}`);
}

describe('selection', () => {
  it('is what the slow reference chooses', () => {
    fc.assert(
      fc.property(smallArchives, bothRules, (archive, rules) => {
        expect(written(select(archive, rules))).toEqual(expected(archive, rules));
      }),
      runs,
    );
  });

  it('reads a stream without overlaps in one run, as the slow reference does', () => {
    const contiguous = smallArchives.map((archive) => ({ ...archive, files: withoutOverlaps(archive) }));
    fc.assert(
      fc.property(contiguous, bothRules, (archive, rules) => {
        expect(written(select(archive, rules))).toEqual(expected(archive, rules));
      }),
      runs,
    );
  });

  it('finds a hole exactly where the sequence with holes has one', () => {
    fc.assert(
      fc.property(smallArchives, bothRules, ({ files, startMicros, endMicros }, rules) => {
        const ask = (allowHoles: boolean): Sequence =>
          selectBestSequence(hourSource(files), startMicros, endMicros, { allowHoles, rules });
        const sequence = ask(true);
        if (sequence.includes(null)) expect(() => ask(false)).toThrow(HoleFoundError);
        else expect(written(ask(false))).toEqual(written(sequence));
      }),
      runs,
    );
  });

  it('covers by fulls, with the take-over, never less than wubloader does, and the same where all are full', () => {
    fc.assert(
      fc.property(smallArchives, (archive) => {
        const { startMicros, endMicros, files } = archive;
        const [ours, theirs] = [select(archive, 'waybill'), select(archive, 'wubloader')];
        expect(fullMicros(ours, startMicros, endMicros)).toBeGreaterThanOrEqual(
          fullMicros(theirs, startMicros, endMicros),
        );
        if (files.every(({ type }) => type === 'full')) expect(written(ours)).toEqual(written(theirs));
      }),
      runs,
    );
  });

  it('keeps the promises of its description', () => {
    fc.assert(
      fc.property(smallArchives, bothRules, (archive, rules) => {
        const sequence = select(archive, rules);
        const [first, last] = [sequence[0] ?? null, sequence.at(-1) ?? null];
        if (first !== null) expect(first.startMicros).toBeLessThanOrEqual(archive.startMicros);
        if (last !== null) expect(last.endMicros).toBeGreaterThanOrEqual(archive.endMicros);
        for (const [index, item] of sequence.entries()) expectMeets(item, sequence[index + 1]);
      }),
      runs,
    );
  });
});

function expectMeets(item: Sequence[number], next: Sequence[number] | undefined): void {
  if (item === null || next == null) return;
  expect(item.type).toBe('full');
  expect(item.cutMicros).toBeNull();
  expect(Math.abs(next.startMicros - item.endMicros)).toBeLessThanOrEqual(10_000);
}

function fullMicros(sequence: Sequence, startMicros: number, endMicros: number): number {
  const coverage = coverageOf(sequence, startMicros, endMicros);
  return coverage.coveredMicros - coverage.partialMicros;
}

/** Only the files that begin at or after the ends of all before them. */
function withoutOverlaps({ files }: SmallArchive): SmallArchive['files'] {
  const sorted = bestByStart(files);
  return sorted.filter((file, index) => sorted.slice(0, index).every(({ endMicros }) => endMicros <= file.startMicros));
}

describe('bestOfHour', () => {
  it('does not depend on the order of the names', () => {
    const reordered = smallArchives.chain((archive) =>
      fc.tuple(fc.constant(archive), fc.shuffledSubarray([...archive.files], { minLength: archive.files.length })),
    );
    fc.assert(
      fc.property(reordered, ([{ files, startMicros, endMicros }, others]) => {
        const one = joinHours(hoursOf(files), startMicros, endMicros);
        expect(written(joinHours(hoursOf(others), startMicros, endMicros))).toEqual(written(one));
      }),
      runs,
    );
  });

  it('asks for no size that namesNeedingSize does not announce', () => {
    fc.assert(
      fc.property(smallArchives, ({ files }) => {
        const hour = '2024-03-01T10';
        const listed = files.filter((file) => file.hour === hour);
        const announced = new Set(
          namesNeedingSize(
            hour,
            listed.map(({ name }) => name),
          ),
        );
        const sizeOf = (name: string): number => {
          expect(announced).toContain(name);
          return listed.find((file) => file.name === name)?.sizeBytes ?? NaN;
        };
        const best = bestOfHour(
          hour,
          listed.map(({ name }) => name),
          { sizeOf },
        );
        expect(best.segments.map(({ name }) => name)).toEqual(bestByStart(listed).map(({ name }) => name));
      }),
      runs,
    );
  });
});
