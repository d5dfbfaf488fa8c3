import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IntervalSet } from '../../../src/backfill/compare/interval-set.ts';

const interval = fc.tuple(fc.integer({ min: -20, max: 100 }), fc.integer({ min: 0, max: 30 }));

it('counts what intervals cover together as cell by cell counting does, in whatever order they came', () => {
  fc.assert(
    fc.property(
      fc.array(interval, { maxLength: 40 }),
      fc.array(interval, { minLength: 1, maxLength: 10 }),
      (added, asked) => {
        const set = new IntervalSet();
        const cells = new Set<number>();
        for (const [start, length] of added) {
          set.add(start, start + length);
          for (let cell = start; cell < start + length; cell += 1) cells.add(cell);
        }
        for (const [start, length] of asked) {
          const expected = [...cells].filter((cell) => cell >= start && cell < start + length).length;
          expect(set.overlap(start, start + length)).toBe(expected);
        }
      },
    ),
  );
});
