import fc from 'fast-check';
import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import { describe, expect, it } from 'vitest';
import { CidParts, encodeVarint, formatCid, readCid } from '../../src/index.ts';
import { cidOf } from '../support/blocks.ts';

const anyCid = fc.oneof(
  fc
    .tuple(fc.nat(0xffff), fc.nat(0xffff), fc.uint8Array({ maxLength: 70 }))
    .map(([codec, hash, digest]) => CID.createV1(codec, createDigest(hash, digest))),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((digest) => CID.createV0(createDigest(0x12, digest))),
);

describe('CIDs', () => {
  it('are taken apart as multiformats does, wherever they stand', () => {
    fc.assert(
      fc.property(anyCid, fc.uint8Array({ maxLength: 9 }), (cid, around) => {
        const bytes = Buffer.concat([around, cid.bytes, around]);
        const parts = new CidParts();
        expect(readCid(bytes, around.length, bytes.length, parts)).toBe(cid.bytes.length);
        expect(parts).toMatchObject({ version: cid.version, codec: cid.code, hashCode: cid.multihash.code });
        const digest = bytes.subarray(parts.digestStart, parts.digestStart + parts.digestLength);
        expect(Buffer.compare(digest, cid.multihash.digest)).toBe(0);
        expect(formatCid(cid.bytes)).toBe(cid.toString());
      }),
    );
  });

  it('end early at every point with a typed error', () => {
    const { bytes: v1 } = cidOf(Buffer.from('x'));
    const { bytes: v0 } = CID.createV0(createDigest(0x12, new Uint8Array(32)));
    for (const bytes of [v0, v1]) {
      for (let end = 0; end < bytes.length; end += 1) {
        const failure: unknown = expect.objectContaining({
          code: 'ERR_CAR_TRUNCATED',
          offset: expect.any(Number) as number,
        });
        expect(() => readCid(bytes, 0, end, new CidParts())).toThrow(failure);
      }
    }
  });

  it('of another version, or longer than 512 bytes, are refused', () => {
    const refused: unknown = expect.objectContaining({ code: 'ERR_CID_INVALID' });
    const long = Buffer.concat([Uint8Array.of(1, 0x55, 0), encodeVarint(600), new Uint8Array(600)]);
    expect(() => readCid(long, 0, long.length, new CidParts())).toThrow(refused);
    expect(() => readCid(Uint8Array.of(2, 0x55, 0, 0), 0, 4, new CidParts())).toThrow(refused);
    expect(() => readCid(Uint8Array.of(0, 0x55, 0, 0), 0, 4, new CidParts())).toThrow(refused);
  });

  it('that are none are shown as hexadecimal', () => {
    expect(formatCid(Uint8Array.of(9, 9))).toBe('0x0909');
  });
});
