import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BlockSet } from '../../src/trace/block-set.ts';

it('holds what a Set holds, whatever is added and taken out in whatever order', () => {
  const steps = fc.array(fc.record({ block: fc.nat({ max: 5000 }), isAdded: fc.boolean() }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (all) => {
      const [set, expected] = [new BlockSet(), new Set<number>()];
      for (const { block, isAdded } of all) {
        if (isAdded) set.add(block);
        else set.delete(block);
        if (isAdded) expected.add(block);
        else expected.delete(block);
      }
      for (let block = 0; block <= 5001; block += 1) expect(set.has(block)).toBe(expected.has(block));
    }),
    { numRuns: 50 },
  );
});
