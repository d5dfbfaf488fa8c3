import { sha256 } from '@waybill/digest';
import type { Sequence, StoredSegmentType } from '@waybill/segments';
import { coverageOf, formatHour, formatSegmentName, listingDigest, parseHour } from '@waybill/segments';
import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Archive } from '../../src/archive/archive.ts';
import { coverageOfRange } from '../../src/serve/coverage-of-range.ts';
import { HourSequences } from '../../src/serve/hour-sequences.ts';
import { rangeSequence } from '../../src/serve/range-sequence.ts';
import { rangeWindows } from '../../src/serve/range-windows.ts';

const FIRST_MICROS = parseHour('2024-03-01T10');
const MINUTE_MICROS = 60_000_000;
const RANGE_MICROS = 8 * 60 * MINUTE_MICROS;

/** Segments of minutes, so that a few of them fill hours, with overlaps, gaps and every type. */
const segment = fc.record({
  offset: fc.integer({ min: -30, max: 8 * 60 }).map((minutes) => minutes * MINUTE_MICROS),
  jitter: fc.constantFrom(0, 0, 0, 5000, -5000, 20_000),
  minutes: fc.constantFrom(1, 2, 5, 20),
  type: fc.constantFrom<StoredSegmentType>('full', 'full', 'full', 'full', 'full', 'suspect', 'partial'),
});

function memoryArchive(
  segments: readonly { startMicros: number; durationMicros: number; type: 'full' | 'suspect' | 'partial' }[],
) {
  const names = new Map<string, string[]>();
  for (const { startMicros, durationMicros, type } of segments) {
    const digest = sha256(new TextEncoder().encode(`${startMicros.toString()} ${durationMicros.toString()}`));
    const hour = formatHour(startMicros);
    names.set(hour, [...(names.get(hour) ?? []), formatSegmentName({ startMicros, durationMicros, type, digest })]);
  }
  const listHour = async (_channel: string, _quality: string, hour: string) => {
    const listed = [...new Set(names.get(hour))].sort();
    return { names: listed, digest: listingDigest(listed) };
  };
  const archive = {
    listHour,
    hourDigest: listHour,
    open: async () => undefined,
  };
  const place = { channel: 'demo', quality: 'source', existing: [...names.keys()].sort() };
  return { sequences: new HourSequences(archive as unknown as Archive), place };
}

/** Without the marks that only say that something begins or ends. */
function shape(sequence: Sequence): (string | null)[] {
  return sequence
    .map((item) => (item === null ? null : `${item.hour}/${item.name}`))
    .filter((item, index, all) => item !== null || all[index - 1] !== null);
}

describe('rangeWindows', () => {
  const made = fc.array(segment, { maxLength: 120 }).map((list) =>
    memoryArchive(
      list.map(({ offset, jitter, minutes, type }) => ({
        startMicros: FIRST_MICROS + offset + jitter,
        durationMicros: minutes * MINUTE_MICROS,
        type,
      })),
    ),
  );
  const windowMicros = fc.constantFrom(25, 60, 61, 150, 8 * 60).map((minutes) => minutes * MINUTE_MICROS);
  const runs = { numRuns: tierCount({ push: 200, nightly: 3000 }) };

  it('give, one after the other, the sequence of the whole range', async () => {
    await fc.assert(
      fc.asyncProperty(made, windowMicros, async ({ sequences, place }, width) => {
        const end = FIRST_MICROS + RANGE_MICROS;
        const whole = await rangeSequence(sequences, place, FIRST_MICROS, end);
        const windows = await Array.fromAsync(rangeWindows(sequences, place, FIRST_MICROS, end, width));
        expect(shape(windows.flatMap(({ sequence }) => [...sequence]))).toEqual(shape(whole.sequence));
        expect(windows.at(-1)?.endMicros).toBe(end);
        for (const [index, window] of windows.entries())
          expect(window.startMicros).toBe(windows[index - 1]?.endMicros ?? FIRST_MICROS);
      }),
      runs,
    );
  });

  it('have together the coverage of the whole range', async () => {
    await fc.assert(
      fc.asyncProperty(made, windowMicros, async ({ sequences, place }, width) => {
        const end = FIRST_MICROS + RANGE_MICROS;
        const { sequence } = await rangeSequence(sequences, place, FIRST_MICROS, end);
        expect(await coverageOfRange(sequences, place, FIRST_MICROS, end, width)).toEqual(
          coverageOf(sequence, FIRST_MICROS, end),
        );
      }),
      runs,
    );
  });

  it('are as long as they may be, where the stream has no flaw', async () => {
    const { sequences, place } = memoryArchive(
      Array.from({ length: 480 }, (_, minute) => ({
        ...{ startMicros: FIRST_MICROS + minute * MINUTE_MICROS, durationMicros: MINUTE_MICROS, type: 'full' as const },
      })),
    );
    const end = FIRST_MICROS + RANGE_MICROS;
    const windows = await Array.fromAsync(rangeWindows(sequences, place, FIRST_MICROS, end, 60 * MINUTE_MICROS));
    expect(windows.map(({ sequence }) => sequence.length)).toEqual([59, 59, 59, 59, 59, 59, 59, 59, 8]);
  });

  it('take one step over years of nothing', async () => {
    const { sequences, place } = memoryArchive([
      { startMicros: FIRST_MICROS, durationMicros: 2_000_000, type: 'full' },
    ]);
    const windows = await Array.fromAsync(
      rangeWindows(sequences, place, parseHour('0001-01-01T00'), parseHour('9999-12-30T00')),
    );
    expect(windows.length).toBeLessThan(6);
    expect(windows.flatMap(({ sequence }) => sequence.filter((item) => item !== null)).length).toBe(1);
  });
});
