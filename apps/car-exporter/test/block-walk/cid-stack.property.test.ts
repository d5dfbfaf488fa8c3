import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CidStack } from '../../src/block-walk/cid-stack.ts';

const entry = fc.record({ cid: fc.uint8Array({ maxLength: 80 }), note: fc.nat({ max: 0xffff_ffff }) });

test('gives back what was put in, the last first, whatever the batches', () => {
  fc.assert(
    fc.property(fc.array(entry), fc.integer({ min: 1, max: 5 }), (entries, most) => {
      const stack = new CidStack(8);
      for (const { cid, note } of entries) stack.push(cid, 0, cid.length, note);
      expect(stack.length).toBe(entries.length);
      const found: { cid: Uint8Array; note: number }[] = [];
      while (stack.length > 0) {
        const { cids, notes } = stack.pop(most);
        expect(cids.length).toBeLessThanOrEqual(most);
        found.push(...cids.map((cid, at) => ({ cid, note: notes[at] ?? -1 })));
      }
      expect(found).toEqual(entries.toReversed());
    }),
  );
});

test('takes over another one in the order in which that was filled', () => {
  fc.assert(
    fc.property(fc.array(entry), fc.array(entry), (below, above) => {
      const [stack, other] = [new CidStack(8), new CidStack(8)];
      for (const { cid, note } of below) stack.push(cid, 0, cid.length, note);
      for (const { cid, note } of above) other.push(cid, 0, cid.length, note);
      stack.pushReversed(other);
      expect(other.length).toBe(0);
      const { cids, notes } = stack.pop(Infinity);
      const found = cids.map((cid, at) => ({ cid, note: notes[at] ?? -1 }));
      expect(found).toEqual([...above, ...below.toReversed()]);
    }),
  );
});
