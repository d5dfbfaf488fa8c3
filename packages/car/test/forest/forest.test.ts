import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { seededRandom, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { encodeVarint, type ForestCar, ForestWriter, openForestCar, readCarBlocks } from '../../src/index.ts';
import { ForestIndexWriter } from '../../src/forest/forest-index-writer.ts';
import { encodeForestFooter } from '../../src/forest/forest-format.ts';
import { zstdFrameLength } from '../../src/forest/zstd-frame-length.ts';
import { cborBlock, cidOf, sampleBlocks, type TestBlock } from '../support/blocks.ts';
import { inPieces, MemorySink, referenceCar } from '../support/cars.ts';

const random = seededRandom(5);
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(random() * 256));
const blocks: TestBlock[] = [
  ...sampleBlocks(),
  ...Array.from({ length: 600 }, (_, at) => cborBlock({ at, noise: noise(at), same: 'z'.repeat(at) })),
  cborBlock(noise(200_000)),
];
const roots = [blocks[0]!.cid.bytes];

async function forestBytes(): Promise<Uint8Array> {
  const sink = new MemorySink();
  const writer = new ForestWriter(sink, { roots, writeBufferBytes: 50_000 });
  for (const [at, { cid, bytes }] of blocks.entries()) {
    const frame = Buffer.concat([Buffer.alloc(2), encodeVarint(cid.bytes.length + bytes.length), cid.bytes, bytes]);
    if (at % 2 === 0) writer.pushBlock(cid.bytes, bytes);
    else writer.push(frame, 2, frame.length);
    if (writer.isFull) await writer.flush();
  }
  const reference = await referenceCar([blocks[0]!.cid], blocks);
  expect(await writer.end()).toEqual({ blockCount: blocks.length, sizeBytes: reference.length });
  return sink.bytes;
}

const stored = await forestBytes();
const indexStart = Number(Buffer.from(stored).readBigUInt64LE(stored.length - 8)) - 8;

async function opened(bytes: Uint8Array, use: (car: ForestCar) => void): Promise<void> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'a.forest.car.zst');
  await writeFile(path, bytes);
  using car = openForestCar(path);
  use(car);
}

describe('a .forest.car.zst', () => {
  it('unpacks to the CAR that @ipld/car writes, in frames of whole sections', async () => {
    const reference = await referenceCar([blocks[0]!.cid], blocks);
    expect(Buffer.compare(zstdDecompressSync(stored), reference)).toBe(0);
    const sizes: number[] = [];
    for (let at = 0; at < indexStart;) {
      const length = zstdFrameLength(stored.subarray(at)) ?? NaN;
      const content = zstdDecompressSync(stored.subarray(at, at + length));
      const header = at === 0 ? new Uint8Array(0) : await referenceCar([blocks[0]!.cid], []);
      // Each frame, with a header in front, is a CAR.
      await Array.fromAsync(readCarBlocks(inPieces(Buffer.concat([header, content]), 1e6)));
      sizes.push(length);
      at += length;
    }
    const middle = sizes.slice(5, -3).sort((one, other) => one - other)[Math.floor(sizes.length / 2) - 4] ?? 0;
    expect(middle).toBeGreaterThan(4096);
    expect(middle).toBeLessThan(16_384);
    expect(sizes.length).toBeGreaterThan(20);
  });

  it('gives every block by its own index, and no other', async () => {
    await opened(stored, (car) => {
      expect(car.header.initialBuckets).toBe(Math.floor(blocks.length / 0.8));
      for (const { cid, bytes } of blocks) expect(Buffer.compare(car.get(cid.bytes)!, bytes)).toBe(0);
      for (let at = 0; at < 500; at += 1) expect(car.get(cidOf(Buffer.from(`absent ${at}`)).bytes)).toBeUndefined();
    });
  });

  it('is written the same for the same blocks', async () => {
    expect(Buffer.compare(await forestBytes(), stored)).toBe(0);
  });

  it('has its index in the layout that Forest describes', () => {
    const index = Buffer.from(stored.subarray(indexStart));
    expect(index.readUInt32LE(0)).toBe(0x184d2a50);
    expect(index.readUInt32LE(4)).toBe(index.length - 8 - 16);
    expect(index.readBigUInt64LE(8)).toBe(0xdeadbef0n);
    const [longest, buckets] = [index.readBigUInt64LE(16), index.readBigUInt64LE(32)];
    const slots = index.subarray(40, -16);
    let previous = -1n;
    for (let slot = 0n; slot < BigInt(slots.length / 16); slot += 1n) {
      const hash = slots.readBigUInt64LE(Number(slot) * 16);
      if (hash === 2n ** 64n - 1n) continue;
      const ideal = (hash * buckets) >> 64n;
      expect(slot - ideal).toBeGreaterThanOrEqual(0n);
      expect(slot - ideal).toBeLessThanOrEqual(longest);
      expect(hash).toBeGreaterThanOrEqual(previous);
      previous = hash;
    }
    expect(slots.subarray(-16).every((byte) => byte === 0xff)).toBe(true);
    expect(index.subarray(-16, -8)).toEqual(Buffer.from([0x50, 0x2a, 0x4d, 0x18, 8, 0, 0, 0]));
  });

  it('may have its index in several frames', async () => {
    const writer = new ForestIndexWriter();
    const frames: { at: number; content: Buffer }[] = [];
    for (let at = 0; at < indexStart;) {
      const length = zstdFrameLength(stored.subarray(at)) ?? NaN;
      frames.push({ at, content: zstdDecompressSync(stored.subarray(at, at + length)) });
      at += length;
    }
    for (const { cid, bytes } of blocks) {
      const frame = Buffer.concat([cid.bytes, bytes]);
      writer.add(cid.bytes, 0, cid.bytes.length, frames.findLast(({ content }) => content.includes(frame))!.at);
    }
    const split = Buffer.concat([
      stored.subarray(0, indexStart),
      ...writer.pieces(1000, 5000),
      encodeForestFooter(indexStart + 8),
    ]);
    expect(split.length).toBeGreaterThan(stored.length + 8);
    await opened(split, (car) => {
      for (const { cid, bytes } of blocks) expect(Buffer.compare(car.get(cid.bytes)!, bytes)).toBe(0);
    });
  });

  it('is refused with an offset when it is cut, at every point of index and footer', async () => {
    for (let end = indexStart - 3; end < stored.length; end += end > stored.length - 40 ? 1 : 211) {
      const failure = {
        code: expect.stringMatching(/^ERR_CAR_(INDEX_INVALID|TRUNCATED)$/) as string,
        offset: expect.any(Number) as number,
      };
      await expect(
        opened(stored.subarray(0, end), () => undefined),
        `cut at ${end}`,
      ).rejects.toThrow(expect.objectContaining(failure));
    }
    await expect(opened(new Uint8Array(3), () => undefined)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_CAR_TRUNCATED' }),
    );
  });

  it('tells a broken zstd frame by its offset', async () => {
    const second = zstdFrameLength(stored) ?? 0;
    const bytes = Uint8Array.from(stored).fill(0xee, second + 20, second + 60);
    const failure = { code: 'ERR_CAR_COMPRESSION_INVALID', offset: second };
    await opened(bytes, (car) => {
      expect(() => car.get(blocks[0]!.cid.bytes)).toThrow(expect.objectContaining(failure));
    });
  });
});

describe('the length of a zstd frame', () => {
  it('is known when the frame is there as a whole', () => {
    const length = zstdFrameLength(stored) ?? 0;
    expect(zstdDecompressSync(stored.subarray(0, length)).length).toBeGreaterThan(20);
    for (let end = 0; end < length; end += 1) expect(zstdFrameLength(stored.subarray(0, end))).toBeUndefined();
    expect(() => zstdFrameLength(Buffer.from('no frame'))).toThrow(
      expect.objectContaining({ code: 'ERR_CAR_COMPRESSION_INVALID' }),
    );
  });
});
