import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CidKeyMaker } from '../src/cid-key.ts';

const seed = [0x1234_5678, -5, 77, 0x7fff_ffff, 4, 5, -0x6543_2110, 0x0bad_cafe];

function keyOf(cid: Uint8Array, length: number): number[] {
  const keys = new CidKeyMaker(seed);
  keys.make(Buffer.concat([Buffer.from('xyz'), cid]), 3, length);
  return [...keys.words];
}

function blake2bCid(codec: number, digest: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(1, codec, 0xa0, 0xe4, 0x02, 0x20), digest]);
}

it('makes the same key of a blake2b-256 by the short way and by the long one', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0x51, 0x55, 0x71, 0, 0x7f),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (codec, digest) => {
        // One byte more, which is not part of the CID: such a length is looked at in full.
        const cid = Buffer.concat([blake2bCid(codec, digest), Uint8Array.of(0)]);
        expect(keyOf(cid, 38)).toEqual(keyOf(cid, 39));
      },
    ),
  );
});

it('makes the keys that indexes on disk have', () => {
  const digest = Uint8Array.from({ length: 32 }, (_, at) => at * 7 + 1);
  const blake2b = blake2bCid(0x71, digest);
  expect(keyOf(blake2b, blake2b.length)).toEqual([1948633182, -307430048, -522831301, -859818231]);
  const version0 = Buffer.concat([Uint8Array.of(0x12, 0x20), digest]);
  expect(keyOf(version0, version0.length)).toEqual([-1814695326, -1361262308, 1062808327, 380773549]);
  const odd = Buffer.concat([Uint8Array.of(1, 0x55, 0x12, 30), digest.subarray(0, 30)]);
  expect(keyOf(odd, odd.length)).toEqual([1819331603, -794606952, 272804500, 1465796147]);
});
