import { describe, expect, it } from 'vitest';
import { digestsEqual, sha256 } from '../src/index.ts';

const digest = sha256(new Uint8Array([1, 2, 3]));

describe('digestsEqual', () => {
  it('is true for the same value in another array', () => {
    expect(digestsEqual(digest, { algorithm: 'sha256', bytes: digest.bytes.slice() })).toBe(true);
  });

  it.each([0, 15, 31])('sees a single bit that differs in byte %i', (index) => {
    const bytes = digest.bytes.slice();
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    expect(digestsEqual(digest, { algorithm: 'sha256', bytes })).toBe(false);
  });

  it('is false for a prefix', () => {
    const shorter = { algorithm: 'sha256', bytes: digest.bytes.subarray(0, 31) } as const;
    expect(digestsEqual(digest, shorter)).toBe(false);
    expect(digestsEqual(shorter, digest)).toBe(false);
  });
});
