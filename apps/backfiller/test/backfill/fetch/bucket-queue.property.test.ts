import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BucketQueue } from '../../../src/backfill/fetch/bucket-queue.ts';

const entries = fc.array(fc.record({ group: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), take: fc.nat(3) }), {
  maxLength: 200,
});
const PRIORITIES: Readonly<Record<string, number>> = { a: 5, b: -1, c: 5, d: 0, e: Infinity, f: -7, g: 2 };

it('gives groups by priority and the items of one group in their order, whatever is added and taken in between', () => {
  fc.assert(
    fc.property(entries, (steps) => {
      const queue = new BucketQueue<{ group: string; at: number }>();
      const model: { group: string; at: number }[] = [];
      const takeFromModel = (): { group: string; at: number } | undefined => {
        const key = ({ group, at }: { group: string; at: number }): [number, string, number] => [
          PRIORITIES[group] ?? 0,
          group,
          at,
        ];
        const [first] = model.toSorted((x, y) => {
          const [a, b] = [key(x), key(y)];
          return a[0] === b[0] ? (a[1] === b[1] ? a[2] - b[2] : a[1] < b[1] ? -1 : 1) : a[0] - b[0];
        });
        if (first !== undefined) model.splice(model.indexOf(first), 1);
        return first;
      };
      for (const [at, { group, take }] of steps.entries()) {
        queue.push(group, PRIORITIES[group] ?? 0, { group, at });
        model.push({ group, at });
        for (let count = 0; count < take; count += 1) expect(queue.shift()).toEqual(takeFromModel());
        expect(queue.size).toBe(model.length);
      }
      while (model.length > 0) {
        const expected = takeFromModel();
        expect(queue.firstGroup).toBe(expected?.group);
        expect(queue.shift()).toEqual(expected);
      }
      expect(queue.shift()).toBeUndefined();
    }),
  );
});
