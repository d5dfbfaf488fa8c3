import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import { describe, expect, it } from 'vitest';
import { forestHash, forestSlot } from '../../src/forest/forest-hash.ts';

const hashOf = ({ bytes }: CID): string => {
  const hash = { high: 0, low: 0 };
  forestHash(bytes, 0, bytes.length, hash);
  return ((BigInt(hash.high) << 32n) | BigInt(hash.low)).toString(16);
};

const cidOf = (digest: bigint[], codec = 0x71, hashCode = 0x12): CID => {
  const bytes = Buffer.alloc(8 * digest.length);
  for (const [at, word] of digest.entries()) bytes.writeBigUInt64LE(word, 8 * at);
  return CID.createV1(codec, createDigest(hashCode, bytes));
};

describe('the hash of the forest index', () => {
  it('is what Forest wrote for a block of the Filecoin chain', () => {
    expect(hashOf(CID.parse('bafy2bzacedjrqan2fwfvhfopi64yickki7miiksecglpeiavf7xueytnzevlu'))).toBe(
      'e21efadf4dbe28e5',
    );
  });

  it('is one less than codec, hash function and words together, which are at least 0', () => {
    const codes = 0x71n ^ 0x12n;
    expect(hashOf(cidOf([codes ^ 5n]))).toBe('4');
    expect(hashOf(cidOf([codes ^ (1n << 32n)]))).toBe('ffffffff');
    expect(hashOf(cidOf([codes]))).toBe('0');
    expect(hashOf(cidOf([codes ^ (2n ** 64n - 1n)]))).toBe('fffffffffffffffe');
    expect(hashOf(cidOf([codes ^ 0xf0n, 0x0fn, 0n, 1n << 63n]))).toBe('80000000000000fe');
  });

  it('leaves out the bytes after the last whole word, and knows codes of more than 32 bits', () => {
    const short = CID.createV1(0x55, createDigest(0, Uint8Array.of(1, 2, 3)));
    expect(hashOf(short)).toBe('54');
    expect(hashOf(cidOf([0n], 2 ** 40, 1))).toBe('10000000000');
  });

  it('is spread over all slots', () => {
    expect(forestSlot({ high: 0, low: 5 }, 1527)).toBe(0);
    expect(forestSlot({ high: 0x8000_0000, low: 0 }, 1527)).toBe(763);
    expect(forestSlot({ high: 0xffff_ffff, low: 0xffff_fffe }, 1527)).toBe(1526);
  });
});
