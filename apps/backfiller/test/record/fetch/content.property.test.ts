import { createCipheriv } from 'node:crypto';
import { ResponseTruncatedError } from '@waybill/http-kit';
import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decryptBytes, SegmentUndecryptableError } from '../../../src/record/fetch/decrypt-bytes.ts';
import { sliceBytes } from '../../../src/record/fetch/slice-bytes.ts';

const RUNS = { numRuns: tierCount({ push: 200, nightly: 5000 }) };
const KEY = Buffer.from('0123456789abcdef');
const IV = Buffer.alloc(16, 7);

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield await Promise.resolve(bytes.subarray(at, at + size));
    at += size;
  }
}

async function joined(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const content = fc.uint8Array({ maxLength: 200 });
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe('any chunking of a body', () => {
  it('gives the same range, and an error where the body ends before the range does', async () => {
    await fc.assert(
      fc.asyncProperty(content, sizes, fc.nat(220), fc.nat(220), async (bytes, chunks, skip, length) => {
        const slice = joined(sliceBytes(chunked(bytes, chunks), { skip, length, url: 'http://x/' }));
        if (length > 0 && skip + length > bytes.length) await expect(slice).rejects.toThrow(ResponseTruncatedError);
        else expect(await slice).toEqual(Buffer.from(bytes.subarray(skip, skip + length)));
      }),
      RUNS,
    );
  });

  it('decrypts to the same content', async () => {
    await fc.assert(
      fc.asyncProperty(content, sizes, async (bytes, chunks) => {
        const cipher = createCipheriv('aes-128-cbc', KEY, IV);
        const secret = Buffer.concat([cipher.update(bytes), cipher.final()]);
        expect(await joined(decryptBytes(chunked(secret, chunks), KEY, IV))).toEqual(Buffer.from(bytes));
        const cut = secret.subarray(0, secret.length - 1);
        await expect(joined(decryptBytes(chunked(cut, chunks), KEY, IV))).rejects.toThrow(SegmentUndecryptableError);
      }),
      RUNS,
    );
  });
});
