import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSegmentName } from '@waybill/segments';
import type { SegmentName } from '@waybill/segments';
import { WantedContents } from '../../../src/backfill/compare/wanted-contents.ts';
import type { WantedItem } from '../../../src/backfill/compare/wanted-item.ts';

const HASHES = ['A', 'B'].map((letter) => `${letter.repeat(42)}A`);

/** Few digests, starts and types, so that they meet. */
const item = fc
  .record({
    hash: fc.constantFrom(...HASHES),
    micros: fc.integer({ min: 0, max: 40 }).map((step) => step * 250),
    duration: fc.constantFrom('2.0', '4.0'),
    type: fc.constantFrom('full', 'suspect'),
  })
  .map(({ hash, micros, duration, type }): WantedItem => {
    const name = `00:00.${String(micros).padStart(6, '0')}-${duration}-${type}-${hash}.ts`;
    return { address: { name }, segment: parseSegmentName(name) } as unknown as WantedItem;
  });

const isNear = (one: SegmentName, other: SegmentName): boolean =>
  one.name !== other.name &&
  one.hashText === other.hashText &&
  one.type === other.type &&
  one.durationMicros === other.durationMicros &&
  Math.abs(one.startMicros - other.startMicros) <= 1000;

test('what is near is found while it is wanted, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 12 }), fc.array(fc.nat(11)), item, (wanted, removed, asked) => {
      const contents = new WantedContents();
      const left = new Set(wanted);
      for (const one of wanted) contents.add(one.segment!, one);
      for (const index of removed) {
        const one = wanted[index];
        if (one === undefined) continue;
        contents.remove(one.segment!, one);
        left.delete(one);
      }
      const found = contents.near(asked.segment!);
      if (found !== undefined) {
        expect(left).toContain(found);
        expect(isNear(found.segment!, asked.segment!)).toBe(true);
      } else if (removed.length === 0) {
        // Of one millisecond the first is enough, so that one which has the very name may stand for another.
        const others = wanted.filter((one) => one.address.name !== asked.address.name);
        if (others.length === wanted.length)
          expect(others.some((one) => firstOfStep(wanted, one) && isNear(one.segment!, asked.segment!))).toBe(false);
      }
    }),
  );
});

/** Whether an item is the one that is kept of its content and millisecond. */
const firstOfStep = (wanted: readonly WantedItem[], one: WantedItem): boolean => {
  const step = ({ segment }: WantedItem): string =>
    `${segment!.hashText} ${Math.floor(segment!.startMicros / 1000)} ${segment!.durationMicros} ${segment!.type}`;
  return wanted.find((other) => step(other) === step(one)) === one;
};
