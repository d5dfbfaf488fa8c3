import { describe, expect, it } from 'vitest';
import { DigestTextInvalidError, formatHex, parseHex, sha256 } from '../src/index.ts';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('hex', () => {
  it('writes 64 lower-case digits', () => {
    expect(formatHex(sha256(new Uint8Array()))).toBe(EMPTY);
  });

  it('reads either case', () => {
    expect(parseHex(EMPTY.toUpperCase())).toEqual(parseHex(EMPTY));
  });

  it('writes a digest that is a view into a larger buffer', () => {
    const large = new Uint8Array(64).fill(171, 32);
    expect(formatHex({ algorithm: 'sha256', bytes: large.subarray(32) })).toBe('ab'.repeat(32));
  });

  it.each([
    ['a short text', EMPTY.slice(1)],
    ['a long text', `${EMPTY}0`],
    ['a letter that is no digit', `${EMPTY.slice(0, -1)}g`],
    ['a prefix', `0x${EMPTY.slice(2)}`],
    ['a line end after it', `${EMPTY}\n`],
    ['an empty text', ''],
  ])('refuses %s', (_, text) => {
    expect(() => parseHex(text)).toThrow(DigestTextInvalidError);
  });
});
