import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom, temporaryDirectory, tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlendFileTruncatedError } from '../../src/index.ts';
import type { ByteSource } from '../../src/source/byte-source.ts';
import { BytesSource } from '../../src/source/bytes-source.ts';
import { FileSource } from '../../src/source/file-source.ts';
import { spool } from '../../src/source/spool.ts';
import { WholeFileSource } from '../../src/source/whole-file-source.ts';
import { ZstdSource } from '../../src/source/zstd-source.ts';
import { compressZstd } from '../../src/testing/index.ts';

/** More than the caches hold, so that pages are dropped and their memory is used again. */
const SIZE_BYTES = 40 * 1024 * 1024;
const RUNS = tierCount({ push: 60, nightly: 2000 });

/** Every four bytes tell where they are. */
const content = Buffer.alloc(SIZE_BYTES);
for (let at = 0; at < SIZE_BYTES; at += 4) content.writeUInt32LE(at, at);

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < SIZE_BYTES; at += 1_000_003)
    yield Promise.resolve(Uint8Array.from(content.subarray(at, at + 1_000_003)));
}

/** The source of a zstd file leaves the file to whom has opened it. */
async function openStored(stored: ByteSource): Promise<ByteSource> {
  const source = (await ZstdSource.open(stored, 'z'))!;
  const dispose = source[Symbol.asyncDispose].bind(source);
  source[Symbol.asyncDispose] = async () => {
    await dispose();
    await stored[Symbol.asyncDispose]();
  };
  return source;
}

const openers: Record<string, (folder: string) => Promise<ByteSource>> = {
  bytes: async () => new BytesSource(content, 'a'),
  'a whole file': async () => new WholeFileSource(Uint8Array.from(content), 'a', () => undefined),
  'a file': async (folder) => {
    await writeFile(join(folder, 'a'), content);
    return await FileSource.open(join(folder, 'a'));
  },
  'zstd in memory': async () => (await ZstdSource.open(new BytesSource(compressZstd(content, 1_000_000), 'a'), 'a'))!,
  'a zstd file with small frames': async (folder) => {
    await writeFile(join(folder, 'z'), compressZstd(content, 70_000));
    return await openStored(await FileSource.open(join(folder, 'z')));
  },
  'a spooled stream': async (folder) => await spool(pieces(), 'a', () => undefined, { spoolDirectory: folder }),
};

const range = fc
  .tuple(fc.nat(SIZE_BYTES), fc.oneof(fc.nat(64), fc.nat(5000), fc.nat(200_000), fc.nat(3_000_000)))
  .map(([offset, length]) => ({ offset, length: Math.min(length, SIZE_BYTES - offset) }));

const expectRange = (bytes: Uint8Array, offset: number, length: number): void => {
  expect(bytes.length).toBe(length);
  expect(Buffer.compare(bytes, content.subarray(offset, offset + length))).toBe(0);
};

describe.each(Object.entries(openers))('a source from %s', (_name, open) => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let source: ByteSource;

  beforeAll(async () => {
    folder = await temporaryDirectory();
    source = await open(folder.path);
  });

  afterAll(async () => {
    await source[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('gives the bytes of every range, many at the same time, and they stay what they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 12 }), async (ranges) => {
        const reads = await Promise.all(ranges.map(({ offset, length }) => source.read(offset, length)));
        ranges.forEach(({ offset, length }, index) => {
          expectRange(reads[index]!, offset, length);
          const peeked = source.peek(offset, length);
          if (peeked !== undefined) expectRange(peeked, offset, length);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('gives small structs in rising order, while windows go over it', async () => {
    const random = seededRandom(1);
    const kept: [number, Uint8Array][] = [];
    let window = 0;
    for (let at = 0; at < SIZE_BYTES - 4000; at += Math.floor(random() * 40_000)) {
      const length = Math.floor(random() * 4000);
      kept.push([at, await source.read(at, length)]);
      const shown = await source.window(window);
      expectRange(shown.subarray(0, 100), window, Math.min(100, shown.length));
      window = Math.min(window + Math.floor(random() * 2 * shown.length), SIZE_BYTES - 1);
    }
    for (const [at, bytes] of kept) expectRange(bytes, at, bytes.length);
  });

  it('leaves a window as it is until the next one, whatever is read meanwhile', async () => {
    const window = await source.window(0);
    for (let at = 0; at < SIZE_BYTES; at += 50_000) await source.read(at, 10);
    expectRange(window, 0, window.length);
    expect(window.length).toBeGreaterThan(0);
  });

  it('shows windows that go from the start to the end', async () => {
    let at = 0;
    for (let window = await source.window(0); window.length > 0; window = await source.window(at)) {
      expectRange(window, at, window.length);
      at += window.length;
    }
    expect(at).toBe(SIZE_BYTES);
  });

  it('refuses what lies beyond the end', async () => {
    await expect(source.read(SIZE_BYTES - 10, 11)).rejects.toThrow(BlendFileTruncatedError);
    await expect(source.read(SIZE_BYTES + 1, 0)).rejects.toThrow(BlendFileTruncatedError);
    expect(() => source.peek(-1, 1)).toThrow(BlendFileTruncatedError);
    expect(await source.read(SIZE_BYTES, 0)).toHaveLength(0);
  });

  it('reads nothing after an abort', async () => {
    const reason = new Error('enough');
    const options = { signal: AbortSignal.abort(reason) };
    await expect(source.read(0, 10, options)).rejects.toBe(reason);
    await expect(source.window(0, options)).rejects.toBe(reason);
  });
});
