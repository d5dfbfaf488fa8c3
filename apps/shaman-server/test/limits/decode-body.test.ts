import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { collectBody } from '../../src/limits/collect-body.ts';
import { codingOf, decodeBody } from '../../src/limits/decode-body.ts';
import type { BodyCoding } from '../../src/limits/decode-body.ts';

async function* inChunks(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

const content = Buffer.from('some text '.repeat(10_000));
const encoded: Record<BodyCoding, Buffer> = { gzip: gzipSync(content), zstd: zstdCompressSync(content) };

describe.each(['gzip', 'zstd'] as const)('a body in %s', (coding) => {
  it.each([1, 7, 1000, 1_000_000])('is decoded from chunks of %i bytes', async (chunkBytes) => {
    const body = decodeBody(inChunks(encoded[coding], chunkBytes), coding, content.length);
    expect(await collectBody(body, content.length)).toEqual(content);
  });

  it('comes in chunks of at most 64 KiB, however much is behind them', async () => {
    const bomb = Buffer.alloc(50_000_000);
    const bytes = coding === 'gzip' ? gzipSync(bomb) : zstdCompressSync(bomb);
    for await (const chunk of decodeBody(inChunks(bytes, 1_000_000), coding, 1000)) {
      expect(chunk.length).toBeLessThanOrEqual(64 * 1024);
      break;
    }
  });

  it('that is cut off, or is something else, is invalid', async () => {
    for (const bytes of [encoded[coding].subarray(0, -5), Buffer.from('plain text, not encoded')])
      await expect(collectBody(decodeBody(inChunks(bytes, 100), coding, 1e6), 1e6)).rejects.toMatchObject({
        code: 'ERR_CONTENT_CODING_INVALID',
      });
  });

  it('that decodes to nothing without end is refused', async () => {
    const nothing = coding === 'gzip' ? gzipSync('') : zstdCompressSync('');
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.concat(Array.from({ length: 500 }, () => nothing));
    };
    await expect(collectBody(decodeBody(endless(), coding, 10), 10)).rejects.toMatchObject({
      code: 'ERR_BODY_TOO_LARGE',
    });
  });

  it('passes on what its source throws', async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield encoded[coding].subarray(0, 10);
      throw new Error('gone');
    };
    await expect(collectBody(decodeBody(failing(), coding, 1e6), 1e6)).rejects.toThrow('gone');
  });
});

describe('Content-Encoding', () => {
  it.each([
    [undefined, undefined],
    ['identity', undefined],
    ['gzip', 'gzip'],
    ['X-GZIP', 'gzip'],
    [' zstd ', 'zstd'],
  ])('%s is %s', (header, coding) => {
    expect(codingOf({ 'content-encoding': header })).toBe(coding);
  });

  it.each(['br', 'gzip, gzip', 'deflate', 'x'])('%s is not known here', (header) => {
    expect(() => codingOf({ 'content-encoding': header })).toThrow('unknown Content-Encoding');
  });
});
