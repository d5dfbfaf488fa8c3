import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../src/index.ts';
import { DigestTextInvalidError, formatBase64Url, formatHex, parseBase64Url, parseHex } from '../src/index.ts';

const runs = { numRuns: tierCount({ push: 300, nightly: 20_000 }) };
const digests = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes): Digest => ({ algorithm: 'sha256', bytes }));

describe('text forms', () => {
  it('give back every digest', () => {
    fc.assert(
      fc.property(digests, (digest) => {
        expect(parseHex(formatHex(digest))).toEqual(digest);
        expect(parseBase64Url(formatBase64Url(digest))).toEqual(digest);
      }),
      runs,
    );
  });

  it('have one base64url text for each digest: a text that is taken is what would be written', () => {
    const nearly = fc.string({
      unit: fc.constantFrom(...Array.from('ABYZabyz0189_-+/=')),
      minLength: 42,
      maxLength: 44,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          nearly,
          fc.uint16Array({ maxLength: 50 }).map((units) => String.fromCharCode(...units)),
        ),
        (text) => {
          expect(rewritten(text)).toBe(text);
        },
      ),
      runs,
    );
  });
});

/** The text as it would be written, or the text itself where it is refused, as it may be. */
function rewritten(text: string): string {
  try {
    return formatBase64Url(parseBase64Url(text));
  } catch (error) {
    if (error instanceof DigestTextInvalidError) return text;
    throw error;
  }
}
