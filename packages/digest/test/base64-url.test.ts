import { describe, expect, it } from 'vitest';
import { DigestTextInvalidError, formatBase64Url, parseBase64Url, sha256 } from '../src/index.ts';

const EMPTY = '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU';

describe('base64url', () => {
  it('writes the digest of the empty blob as 43 urlsafe characters without padding', () => {
    expect(formatBase64Url(sha256(new Uint8Array()))).toBe(EMPTY);
  });

  it('reads what it writes', () => {
    expect(parseBase64Url(EMPTY)).toEqual(sha256(new Uint8Array()));
  });

  it('writes a digest that is a view into a larger buffer', () => {
    const large = new Uint8Array(64).fill(255, 32);
    expect(formatBase64Url({ algorithm: 'sha256', bytes: large.subarray(32) })).toBe(`${'_'.repeat(42)}8`);
  });

  it.each([
    ['the other alphabet', EMPTY.replaceAll('-', '+').replaceAll('_', '/')],
    ['padding', `${EMPTY}=`],
    ['a short text', EMPTY.slice(1)],
    ['a long text', `${EMPTY}A`],
    ['spare bits that are not 0', `${EMPTY.slice(0, -1)}V`],
    ['a space inside', `${EMPTY.slice(0, -2)} U`],
    ['a line end in place of a character', `${EMPTY.slice(0, -1)}\n`],
    ['a NUL', `\0${EMPTY.slice(1)}`],
    ['an empty text', ''],
    ['characters beyond ASCII', 'é'.repeat(43)],
  ])('refuses %s', (_, text) => {
    expect(() => parseBase64Url(text)).toThrow(DigestTextInvalidError);
  });
});
