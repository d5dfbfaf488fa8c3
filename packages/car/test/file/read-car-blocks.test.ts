import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { type CarError, type CarFileHeader, formatCid, readCarBatches, readCarBlocks } from '../../src/index.ts';
import { cborBlock, sampleBlocks } from '../support/blocks.ts';
import { inPieces, referenceCar } from '../support/cars.ts';

const blocks = sampleBlocks();
const car = await referenceCar([blocks[0]!.cid], blocks);
const names = blocks.map(({ cid }) => cid.toString());

describe('reading the blocks of a CAR', () => {
  it.each([
    ['as it is', car],
    ['compressed with zstd', zstdCompressSync(car)],
    [
      'compressed in several frames',
      Buffer.concat([zstdCompressSync(car.subarray(0, 99)), zstdCompressSync(car.subarray(99))]),
    ],
  ])('gives them in their order, with their places, %s', async (_what, stored) => {
    for (const size of [1, 7, 1000]) {
      const headers: CarFileHeader[] = [];
      const found = await Array.fromAsync(
        readCarBlocks(inPieces(stored, size), { onHeader: (header) => headers.push(header) }),
      );
      expect(found.map(({ cid }) => formatCid(cid))).toEqual(names);
      expect(found.map(({ data }) => Buffer.from(data))).toEqual(blocks.map(({ bytes }) => Buffer.from(bytes)));
      for (const { cid, offset } of found) expect(Buffer.from(car).indexOf(cid, offset) - offset).toBeLessThan(3);
      expect(headers).toMatchObject([{ version: 1 }]);
    }
  });

  it('passes over frames that zstd readers skip, wherever they stand', async () => {
    const skipped = Buffer.from('532a4d1803000000010203', 'hex');
    const stored = Buffer.concat([
      skipped,
      zstdCompressSync(car.subarray(0, 99)),
      skipped,
      zstdCompressSync(car.subarray(99)),
    ]);
    const found = await Array.fromAsync(readCarBlocks(inPieces(stored, 1000)));
    expect(found.map(({ cid }) => formatCid(cid))).toEqual(names);
  });

  it('says where the zstd data goes on with what is none, however it was cut', async () => {
    const frames = [zstdCompressSync(car.subarray(0, 99)), zstdCompressSync(car.subarray(99))] as const;
    const first = frames[0].length;
    for (const [stored, offset] of [
      [Buffer.concat([...frames, Buffer.of(7)]), first + frames[1].length],
      [Buffer.concat([...frames, Buffer.alloc(3000)]), first + frames[1].length],
      [Buffer.concat([frames[0], Buffer.from(frames[1]).fill(0, 0, 1)]), first],
      [Buffer.concat([frames[0], Buffer.from(frames[1]).fill(0, 3, 4)]), first],
    ] as const) {
      for (const size of [1, 7, first, 1000, 1e6])
        await expect(Array.fromAsync(readCarBlocks(inPieces(stored, size))), `in pieces of ${size}`).rejects.toSatisfy(
          // A frame begins with 4 bytes, of which the library may have taken some before it saw that they are wrong.
          (error: CarError) => error.code === 'ERR_CAR_COMPRESSION_INVALID' && error.offset - offset <= 4,
        );
    }
  });

  it.each([0, 1, 3, 4])('says that %i bytes are no header', async (length) => {
    for (const stored of [car.subarray(0, length), Buffer.alloc(length, 0x5f)])
      await expect(Array.fromAsync(readCarBlocks(inPieces(stored, 2)))).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_CAR_TRUNCATED$|^ERR_CBOR/) as string,
      });
  });

  it.each([
    ['as it is', car],
    ['compressed with zstd', zstdCompressSync(car)],
  ])('gives blocks that stay what they are when the source uses its memory again, %s', async (_what, stored) => {
    async function* reused(): AsyncGenerator<Uint8Array, void, undefined> {
      const memory = Buffer.alloc(300);
      for await (const piece of inPieces(stored, memory.length)) {
        memory.set(piece);
        yield memory.subarray(0, piece.length);
        memory.fill(0);
      }
    }
    const found = await Array.fromAsync(readCarBlocks(reused()));
    expect(found.map(({ cid }) => formatCid(cid))).toEqual(names);
    expect(found.map(({ data }) => Buffer.from(data))).toEqual(blocks.map(({ bytes }) => Buffer.from(bytes)));
  });

  it.each([
    ['as it is', car],
    ['compressed with zstd', zstdCompressSync(car)],
  ])('gives the same in batches, which are good until the next, %s', async (_what, stored) => {
    for (const size of [1, 7, 40, 1000]) {
      const found: { name: string; data: Buffer; offset: number }[] = [];
      for await (const batch of readCarBatches(inPieces(stored, size))) {
        expect(batch.length).toBeGreaterThan(0);
        for (const { cid, data, offset } of batch)
          found.push({ name: formatCid(cid), data: Buffer.from(data), offset });
      }
      const single = await Array.fromAsync(readCarBlocks(inPieces(stored, size)));
      expect(found).toEqual(
        single.map(({ cid, data, offset }) => ({ name: formatCid(cid), data: Buffer.from(data), offset })),
      );
    }
  });

  it('copies blocks out of pieces that are overwritten, and not in batches', async () => {
    const overwritten = async function* (): AsyncGenerator<Uint8Array> {
      yield car.slice(0, 8);
      const piece = Uint8Array.from(car.subarray(8));
      yield piece;
      piece.fill(0);
      await Promise.resolve();
    };
    const [block] = await Array.fromAsync(readCarBlocks(overwritten()));
    expect(Buffer.from(block!.data)).toEqual(Buffer.from(blocks[0]!.bytes));
    const [batch] = await Array.fromAsync(readCarBatches(overwritten()));
    expect(batch![0]!.data.every((byte) => byte === 0)).toBe(true);
  });

  it('reads files larger than a piece', async () => {
    await using directory = await temporaryDirectory();
    const many = Array.from({ length: 3000 }, (_, at) => cborBlock({ at, filling: 'x'.repeat(at % 700) }));
    const path = join(directory.path, 'a.car');
    const bytes = await referenceCar([many[0]!.cid], many);
    for (const stored of [bytes, zstdCompressSync(bytes)]) {
      await writeFile(path, stored);
      const found = await Array.fromAsync(readCarBlocks(path), ({ cid }) => formatCid(cid));
      expect(found).toEqual(many.map(({ cid }) => cid.toString()));
    }
  });

  it('tells zstd data that is cut or broken from a broken CAR', async () => {
    const stored = zstdCompressSync(car);
    for (let end = 5; end < stored.length; end += 11) {
      const reading = Array.fromAsync(readCarBlocks(inPieces(stored.subarray(0, end), 64), { file: 'a.zst' }));
      await expect(reading, `cut at ${end}`).rejects.toThrow(
        expect.objectContaining({
          code: 'ERR_CAR_COMPRESSION_INVALID',
          file: 'a.zst',
          offset: expect.any(Number) as number,
        }),
      );
    }
    const broken = Buffer.from(stored);
    broken[30] = ~(broken[30] ?? 0) & 0xff;
    const reading = Array.fromAsync(readCarBlocks(inPieces(broken, 64)));
    await expect(reading).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/^ERR_/) as string }));
  });

  it('passes the errors of its source on, and ends the source when it is left early', async () => {
    let ended = 0;
    async function* source(fails: boolean): AsyncGenerator<Uint8Array> {
      try {
        yield* inPieces(zstdCompressSync(car), 40);
        if (fails) throw new RangeError('the wire broke');
        yield new Uint8Array(0);
      } finally {
        ended += 1;
      }
    }
    await expect(Array.fromAsync(readCarBlocks(source(true)))).rejects.toThrow('the wire broke');
    for await (const block of readCarBlocks(source(false))) {
      expect(block.offset).toBeGreaterThan(0);
      break;
    }
    await expect.poll(() => ended).toBe(2);
  });

  it('ends with the reason of an abort', async () => {
    const controller = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const _block of readCarBlocks(inPieces(car, 50), { signal: controller.signal }))
        controller.abort(new Error('enough'));
    };
    await expect(reading()).rejects.toThrow('enough');
  });

  it('refuses what is no regular file', async () => {
    await expect(Array.fromAsync(readCarBlocks('/dev/null'))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_CAR_FILE_KIND' }),
    );
  });
});
