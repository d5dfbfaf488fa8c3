import { describe, expect, it } from 'vitest';
import { formatHex, sha256 } from '../src/index.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** From FIPS 180-4 and NIST's example values. */
const VECTORS: [string, Uint8Array, string][] = [
  ['nothing', text(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', text('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'two blocks',
    text('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  [
    'a million a',
    new Uint8Array(1_000_000).fill(97),
    'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
  ],
];

describe('sha256', () => {
  it.each(VECTORS)('gives the published value for %s', (_, bytes, hex) => {
    expect(formatHex(sha256(bytes))).toBe(hex);
  });

  it('hashes only the bytes that a view shows', () => {
    const large = text('xxabcxx');
    expect(formatHex(sha256(large.subarray(2, 5)))).toBe(VECTORS[1]?.[2]);
  });
});
