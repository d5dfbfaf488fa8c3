import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import { describe, expect, it } from 'vitest';
import { createBlockVerifier } from '../src/index.ts';
import { sampleBlocks } from './support/blocks.ts';

const verifier = await createBlockVerifier();
const frameOf = (cid: CID, data: Uint8Array): [Uint8Array, number, number, number] => {
  const bytes = Buffer.concat([Buffer.alloc(3), cid.bytes, data, Buffer.alloc(3)]);
  return [bytes, 3, 3 + cid.bytes.length, bytes.length - 3];
};

describe('the verifier', () => {
  it('accepts what multiformats and node:crypto have hashed: blake2b-256, sha2-256, identity, version 0', () => {
    for (const { cid, bytes } of sampleBlocks()) {
      expect(verifier.matches(...frameOf(cid, bytes)), cid.toString()).toBe(true);
      expect(() => verifier.verify(...frameOf(cid, bytes))).not.toThrow();
    }
  });

  it('refuses any other content, with both digests', () => {
    for (const { cid, bytes } of sampleBlocks()) {
      const other = Buffer.concat([bytes, Buffer.of(0)]);
      expect(verifier.matches(...frameOf(cid, other))).toBe(false);
      const expected = Buffer.from(cid.multihash.digest).toString('hex');
      const failure = { code: 'ERR_BLOCK_HASH_MISMATCH', cid: cid.toString(), expected, offset: 3 + cid.bytes.length };
      expect(() => verifier.verify(...frameOf(cid, other))).toThrow(expect.objectContaining(failure));
    }
  });

  it('does not take a short digest for a beginning of the right one', () => {
    const [{ cid, bytes }] = sampleBlocks() as [ReturnType<typeof sampleBlocks>[number]];
    const short = CID.createV1(cid.code, createDigest(0xb220, cid.multihash.digest.subarray(0, 16)));
    expect(verifier.matches(...frameOf(short, bytes))).toBe(false);
  });

  it('names a hash function that it does not know', () => {
    const cid = CID.createV1(0x55, createDigest(0x1e, new Uint8Array(32)));
    const failure: unknown = expect.objectContaining({ code: 'ERR_HASH_UNKNOWN', hashCode: 0x1e, cid: cid.toString() });
    expect(() => verifier.verify(...frameOf(cid, new Uint8Array(1)))).toThrow(failure);
  });
});
