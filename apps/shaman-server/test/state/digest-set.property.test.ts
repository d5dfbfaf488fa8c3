import { blobKey } from '@waybill/blob-store';
import { formatHex, parseHex, sha256 } from '@waybill/digest';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DigestSet } from '../../src/state/digest-set.ts';

/** Often close to each other and to zero, where slots collide. */
const hex = fc
  .tuple(fc.constantFrom('0', '00000001', 'f', 'ffffffff00000000'), fc.nat(40))
  .map(([head, tail]) => head.padEnd(16, '0').slice(0, 16 - 2) + tail.toString(16).padStart(2, '0') + 'a'.repeat(48));

it('has what was added, by digest or by text, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(hex, { maxLength: 200 }), fc.array(hex, { maxLength: 50 }), (added, asked) => {
      const set = new DigestSet();
      for (const [index, one] of added.entries())
        if (index % 2 === 0) set.addHex(one);
        else expect(set.add(parseHex(one))).toBe(added.indexOf(one) === index);
      expect(set.size).toBe(new Set(added).size);
      for (const one of [...added, ...asked]) expect(set.has(parseHex(one))).toBe(added.includes(one));
    }),
  );
});

it('grows to a hundred thousand and finds each of them', () => {
  const digests = Array.from({ length: 100_000 }, (_, index) => sha256(Buffer.from(`${index}`)));
  const set = new DigestSet();
  for (const digest of digests.slice(0, 50_000)) set.add(digest);
  expect(digests.filter((digest) => set.has(digest))).toHaveLength(50_000);
  expect(set.has(blobKey(formatHex(digests[0]!), 1).digest)).toBe(true);
});
