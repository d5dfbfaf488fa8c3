import fc from 'fast-check';
import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import { expect, test } from 'vitest';
import { BlockCidInvalidError, cidParts } from '../src/index.ts';

const codes = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const digests = fc.uint8Array({ maxLength: 128 });

test('splits what multiformats makes', () => {
  fc.assert(
    fc.property(codes, codes, digests, (codec, hashCode, digest) => {
      const { bytes } = CID.createV1(codec, Digest.create(hashCode, digest));
      const parts = cidParts(bytes);
      expect([parts.codec, parts.hashCode]).toEqual([codec, hashCode]);
      expect(Buffer.from(bytes.subarray(parts.digestStart))).toEqual(Buffer.from(digest));
      expect(Digest.decode(bytes.subarray(parts.multihashStart)).code).toBe(hashCode);
    }),
  );
});

test('splits the usual CID of a chain, under any codec', () => {
  for (const codec of [0x51, 0x55, 0x71, 0x7f, 0x80, 0xf101]) {
    const { bytes } = CID.createV1(codec, Digest.create(0xb220, new Uint8Array(32).fill(9)));
    const digestStart = bytes.length - 32;
    expect(cidParts(bytes)).toEqual({ codec, hashCode: 0xb220, multihashStart: digestStart - 4, digestStart });
  }
});

test('knows version 0 by its length and first bytes', () => {
  const bytes = Uint8Array.of(0x12, 32, ...new Uint8Array(32).fill(7));
  expect(cidParts(bytes)).toEqual({ codec: 0x70, hashCode: 0x12, multihashStart: 0, digestStart: 2 });
});

test('refuses every truncation, and what follows', () => {
  const { bytes } = CID.createV1(0xf101, Digest.create(0xb220, new Uint8Array(32)));
  for (let end = 0; end < bytes.length; end += 1) {
    expect(() => cidParts(bytes.subarray(0, end)), `${end} bytes`).toThrow(BlockCidInvalidError);
  }
  expect(() => cidParts(Uint8Array.of(...bytes, 0))).toThrow(BlockCidInvalidError);
});

test('refuses numbers that are not minimal or endless, other versions and digests that are too long', () => {
  const bad = [
    [2, 0x71, 0, 0],
    [1, 0x80, 0, 0, 0],
    [1, ...new Array<number>(20).fill(0xff)],
    [1, 0x55, 0, 0xff, 1],
  ];
  for (const bytes of bad) expect(() => cidParts(Uint8Array.from(bytes))).toThrow(BlockCidInvalidError);
});
