import { appendFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
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

describe('a .forest.car.zst that is not what it says', () => {
  const invalid = (code: string, offset: number): unknown => expect.objectContaining({ code, offset });
  const withWord = (at: number, value: number): Buffer => {
    const bytes = Buffer.from(stored);
    bytes.writeUInt32LE(value, at);
    return bytes;
  };

  it.each([
    ['more buckets than slots', indexStart + 8 + 24, 1_000_000, 'ERR_CAR_INDEX_INVALID', indexStart + 8],
    ['an index longer than the file', indexStart + 4, stored.length, 'ERR_CAR_TRUNCATED', indexStart + 8],
    ['an index shorter than its head', indexStart + 4, 0, 'ERR_CAR_INDEX_INVALID', indexStart + 8],
  ])('is refused with %s', async (_what, at, value, code, offset) => {
    await expect(opened(withWord(at, value), () => undefined)).rejects.toThrow(invalid(code, offset));
  });

  it('gives no block whose place is behind the blocks, or in the middle of a frame', async () => {
    for (const [place, code] of [
      [indexStart, 'ERR_CAR_INDEX_INVALID'],
      [indexStart - 3, 'ERR_CAR_COMPRESSION_INVALID'],
      [7, 'ERR_CAR_COMPRESSION_INVALID'],
    ] as const) {
      const bytes = Buffer.from(stored);
      for (let slot = indexStart + 40; slot < bytes.length - 16; slot += 16)
        bytes.writeBigUInt64LE(BigInt(place), slot + 8);
      // Empty slots have ones all over.
      for (let slot = indexStart + 40; slot < bytes.length - 16; slot += 16)
        if (bytes.readBigUInt64LE(slot) === 2n ** 64n - 1n) bytes.fill(0xff, slot, slot + 16);
      await opened(bytes, (car) => {
        expect(() => car.get(blocks[0]!.cid.bytes)).toThrow(invalid(code, place));
      });
    }
  });

  it('gives no block of a frame whose last section is cut, and none of one that never ends', async () => {
    const { cid, bytes: data } = blocks[0]!;
    const section = Buffer.concat([encodeVarint(cid.bytes.length + data.length), cid.bytes, data]);
    const raw = Buffer.from('28b52ffd0000', 'hex');
    const endless = Buffer.concat([raw, Buffer.alloc(30_000_000)]);
    for (const [frame, code] of [
      [zstdCompressSync(section.subarray(0, -1)), 'ERR_CAR_TRUNCATED'],
      [endless, 'ERR_CAR_COMPRESSION_INVALID'],
      [raw, 'ERR_CAR_COMPRESSION_INVALID'],
    ] as const) {
      const index = new ForestIndexWriter();
      index.add(cid.bytes, 0, cid.bytes.length, 0);
      const file = Buffer.concat([frame, ...index.pieces(), encodeForestFooter(frame.length + 8)]);
      await opened(file, (car) => {
        expect(() => car.get(cid.bytes)).toThrow(invalid(code, 0));
      });
    }
  });

  it('reads no more of a frame than may be in it, however large the file is', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'a.forest.car.zst');
    const { bytes } = blocks[0]!.cid;
    const index = new ForestIndexWriter();
    index.add(bytes, 0, bytes.length, 0);
    // A frame of empty zstd blocks without end, in a file that takes no space.
    const blocksEnd = 300_000_000;
    await writeFile(path, Buffer.from('28b52ffd0000', 'hex'));
    await truncate(path, blocksEnd);
    await appendFile(path, Buffer.concat([...index.pieces(), encodeForestFooter(blocksEnd + 8)]));
    using car = openForestCar(path);
    expect(() => car.get(bytes)).toThrow(/does not end within 67108864 bytes/);
  });

  it('tells that it was cut after it was opened', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'a.forest.car.zst');
    await writeFile(path, stored);
    const car = openForestCar(path);
    await truncate(path, indexStart + 60);
    const failure = { code: 'ERR_CAR_TRUNCATED', file: path, offset: expect.any(Number) as number };
    expect(() => blocks.map(({ cid }) => car.get(cid.bytes))).toThrow(expect.objectContaining(failure));
    car.close();
    car.close();
    expect(() => car.get(blocks[0]!.cid.bytes)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });

  it('counts blocks that stand in two frames, and finds them in the first one', async () => {
    const sink = new MemorySink();
    const writer = new ForestWriter(sink, { roots });
    const [twice, filling] = [blocks[0]!, blocks.at(-1)!];
    for (const { cid, bytes } of [twice, filling, twice]) writer.pushBlock(cid.bytes, bytes);
    await writer.end();
    await opened(sink.bytes, (car) => {
      expect(car.header.collisions).toBe(1);
      expect(Buffer.compare(car.get(twice.cid.bytes)!, twice.bytes)).toBe(0);
    });
  });

  it('has the places of one block in their order, above 4 GiB, too', () => {
    const writer = new ForestIndexWriter();
    const { bytes } = blocks[0]!.cid;
    const places = [7, 2 ** 32 + 5, 2 ** 33, 5, 2 ** 32 + 5];
    for (const place of places) writer.add(bytes, 0, bytes.length, place);
    const index = Buffer.concat([...writer.pieces()]);
    const found: bigint[] = [];
    for (let slot = 40; slot < index.length; slot += 16)
      if (index.readBigUInt64LE(slot) !== 2n ** 64n - 1n) found.push(index.readBigUInt64LE(slot + 8));
    expect(found).toEqual([5n, 7n, 2n ** 32n + 5n, 2n ** 33n]);
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
