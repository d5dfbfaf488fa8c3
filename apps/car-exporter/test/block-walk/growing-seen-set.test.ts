import { expect, test } from 'vitest';
import { GrowingSeenSet } from '../../src/block-walk/growing-seen-set.ts';

/** A CID whose digest is a number. */
function cidOf(value: number, codec = 0x71): Uint8Array {
  const cid = new Uint8Array(38);
  cid.set([1, codec, 0xa0, 0xe4, 0x02, 0x20]);
  new DataView(cid.buffer).setUint32(6, value);
  return cid;
}

test('knows each CID once, over all its tables', () => {
  const seen = new GrowingSeenSet(10);
  for (let value = 0; value < 1000; value += 1) {
    const cid = cidOf(value);
    expect(seen.add(cid, 0, cid.length)).toBe(true);
    const earlier = cidOf(Math.floor(value / 2));
    expect(seen.add(earlier, 0, earlier.length)).toBe(false);
  }
  expect(seen.size).toBe(1000);
});

test('a digest under two codecs is two CIDs', () => {
  const seen = new GrowingSeenSet(10);
  expect(seen.add(cidOf(1, 0x71), 0, 38)).toBe(true);
  expect(seen.add(cidOf(1, 0x55), 0, 38)).toBe(true);
  expect(seen.add(cidOf(1, 0x55), 0, 38)).toBe(false);
});
