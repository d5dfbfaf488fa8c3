import { appendFile, copyFile, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { seededRandom, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import {
  type CarStore,
  formatCid,
  openCarIndex,
  openCarStore,
  type OpenCarStoreOptions,
  openSharedCarStore,
  type UnpackPlan,
} from '../../src/index.ts';
import { unpackCarFile } from '../../src/file/unpack-car-file.ts';
import { cborBlock, cidOf, sampleBlocks, type TestBlock } from '../support/blocks.ts';
import { carV2Of, referenceCar } from '../support/cars.ts';

const samples = sampleBlocks();
const many = Array.from({ length: 2000 }, (_, at) => cborBlock({ at, filling: 'y'.repeat((at * 7919) % 900) }));

async function storeOf(
  directory: string,
  blocks: readonly TestBlock[],
  options: OpenCarStoreOptions = {},
): Promise<CarStore> {
  const path = join(directory, 'a.car');
  await writeFile(path, await referenceCar([blocks[0]!.cid], blocks));
  return await openCarStore(path, options);
}

const allOf = (store: CarStore): Uint32Array => Uint32Array.from({ length: store.index.blockCount }, (_, at) => at);
const coded = (code: string): unknown => expect.objectContaining({ code });

describe('a store of CAR files', () => {
  it('finds every block by its CID, in the order of the file, and no other', async () => {
    await using directory = await temporaryDirectory();
    using store = await storeOf(directory.path, samples);
    expect(store.roots.map(formatCid)).toEqual([samples[0]!.cid.toString()]);
    expect(store.index).toMatchObject({ blockCount: samples.length, uniqueCount: samples.length });
    for (const [ordinal, { cid, bytes }] of samples.entries()) {
      expect(store.find(cid.bytes, 0, cid.bytes.length)).toBe(ordinal);
      expect(Buffer.from(store.get(cid.bytes)!)).toEqual(Buffer.from(bytes));
      expect(formatCid(store.cidOf(ordinal))).toBe(cid.toString());
    }
    const absent = [cidOf(samples[3]!.bytes, 0x71), cidOf(samples[0]!.bytes, 0x55), cidOf(Buffer.from('absent'))];
    for (const cid of absent) expect(store.get(cid.bytes)).toBeUndefined();
  });

  it('takes a CID of version 0 and its twin of version 1 for one block', async () => {
    await using directory = await temporaryDirectory();
    using store = await storeOf(directory.path, samples);
    const { cid, bytes } = samples[5]!;
    expect(cid.version).toBe(0);
    expect(Buffer.from(store.get(cid.toV1().bytes)!)).toEqual(Buffer.from(bytes));
  });

  it('gives a repeated CID two frames, of which the first is found', async () => {
    await using directory = await temporaryDirectory();
    const [first, second] = [samples[0]!, samples[1]!];
    using store = await storeOf(directory.path, [first, second, first]);
    expect(store.index).toMatchObject({ blockCount: 3, uniqueCount: 2 });
    expect(store.find(first.cid.bytes, 0, first.cid.bytes.length)).toBe(0);
    expect(formatCid(store.cidOf(2))).toBe(first.cid.toString());
  });

  it('reads any sorted choice of frames in few reads, each frame once and whole', async () => {
    await using directory = await temporaryDirectory();
    using store = await storeOf(directory.path, many);
    const random = seededRandom(1);
    for (const options of [
      {},
      { maxGap: 0, maxRun: 1 },
      { maxGap: 1e9, maxRun: 1e9 },
      { maxGap: 3000, maxRun: 20_000 },
    ]) {
      const chosen = allOf(store).filter(() => random() < 0.3);
      const seen: number[] = [];
      const before = store.readCount;
      store.readRuns(chosen, options, (ordinal, bytes, frameStart, cidStart, dataStart, end) => {
        const { cid, bytes: data } = many[ordinal]!;
        expect(end - frameStart).toBe(store.index.frameLength(ordinal));
        expect(formatCid(bytes.subarray(cidStart, dataStart))).toBe(cid.toString());
        expect(Buffer.compare(bytes.subarray(dataStart, end), data)).toBe(0);
        seen.push(ordinal);
      });
      expect(seen).toEqual([...chosen]);
      const reads = store.readCount - before;
      if (options.maxRun === 1) expect(reads).toBe(chosen.length);
      else expect(reads).toBeLessThan(chosen.length / 2);
    }
  });

  it('reads a part of the list only, when told so', async () => {
    await using directory = await temporaryDirectory();
    using store = await storeOf(directory.path, many);
    const seen: number[] = [];
    store.readRuns(allOf(store), { from: 5, to: 9 }, (ordinal) => seen.push(ordinal));
    expect(seen).toEqual([5, 6, 7, 8]);
  });

  it('joins several files, of all kinds, under one numbering', async () => {
    await using directory = await temporaryDirectory();
    const parts = [many.slice(0, 500), many.slice(500, 900), many.slice(900, 1300), many.slice(1300)];
    const cars = await Promise.all(parts.map((part) => referenceCar([part[0]!.cid], part)));
    const stored = [
      cars[0]!,
      await carV2Of(cars[1]!),
      zstdCompressSync(cars[2]!),
      zstdCompressSync(await carV2Of(cars[3]!)),
    ];
    const paths = stored.map((_, at) => join(directory.path, `${at}.car`));
    for (const [at, bytes] of stored.entries()) await writeFile(paths[at]!, bytes);
    for (const round of ['made', 'read']) {
      using store = await openCarStore(paths);
      expect(
        store.files.map(({ version, firstOrdinal }) => [version, firstOrdinal]),
        round,
      ).toEqual([
        ...[
          [1, 0],
          [2, 500],
          [1, 900],
          [2, 1300],
        ],
      ]);
      const seen: string[] = [];
      store.readRuns(allOf(store), {}, (ordinal, bytes, _frameStart, cidStart, dataStart) => {
        seen.push(formatCid(bytes.subarray(cidStart, dataStart)));
        expect(store.find(bytes, cidStart, dataStart - cidStart)).toBe(ordinal);
      });
      expect(seen).toEqual(many.map(({ cid }) => cid.toString()));
    }
  });

  it('needs at most 22 bytes for each block', async () => {
    await using directory = await temporaryDirectory();
    using store = await storeOf(directory.path, many);
    const { low, high, slots } = store.index.shared;
    expect((low.byteLength + high.byteLength + slots.byteLength) / many.length).toBeLessThan(22);
    expect((await stat(join(directory.path, 'a.car.waybill-index'))).size / many.length).toBeLessThan(22.5);
  });

  it('opens the same index for another thread', async () => {
    await using directory = await temporaryDirectory();
    using store = await storeOf(directory.path, many);
    const shared = structuredClone(store.shared);
    using other = openSharedCarStore(shared);
    const index = openCarIndex(shared.index);
    for (const [ordinal, { cid, bytes }] of many.slice(0, 50).entries()) {
      expect(index.find(cid.bytes, 0, cid.bytes.length)).toBe(ordinal);
      expect(Buffer.compare(other.get(cid.bytes)!, bytes)).toBe(0);
    }
  });

  it('gives no other block than the one that was asked for, whatever its index says', async () => {
    await using directory = await temporaryDirectory();
    using store = await storeOf(directory.path, samples);
    const { index } = structuredClone(store.shared);
    const slots = new Int32Array(index.slots);
    // As if all CIDs met in the 96 bits that the index compares: each one has the next one's place.
    for (let at = 2; at < slots.length; at += 3) if (slots[at] !== 0) slots[at] = (slots[at]! % samples.length) + 1;
    using misled = openSharedCarStore({ index });
    for (const [ordinal, { cid }] of samples.entries()) {
      expect(misled.find(cid.bytes, 0, cid.bytes.length)).toBe((ordinal + 1) % samples.length);
      expect(misled.get(cid.bytes)).toBeUndefined();
    }
  });

  it('has no frame behind the last one', async () => {
    await using directory = await temporaryDirectory();
    using store = await storeOf(directory.path, samples);
    expect(store.index.frameLength(samples.length - 1)).toBeGreaterThan(0);
    expect(() => store.index.frameLength(samples.length)).toThrow(RangeError);
  });

  it('is made of one file at least', async () => {
    await expect(openCarStore([])).rejects.toThrow(TypeError);
  });

  it('refuses to work after it was closed, and closes once', async () => {
    await using directory = await temporaryDirectory();
    const store = await storeOf(directory.path, samples);
    store.close();
    store.close();
    expect(() => store.get(samples[0]!.cid.bytes)).toThrow(TypeError);
  });
});

describe('the index that is kept', () => {
  it('is used again as long as the file is the same, and made anew with a notice when it is not', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'a.car');
    (await storeOf(directory.path, samples)).close();
    const passes: string[] = [];
    const problems: unknown[] = [];
    const reopen = async (): Promise<number> => {
      const onProgress = (): number => passes.push('pass');
      using store = await openCarStore(path, { onProgress, onIndexProblem: (error) => problems.push(error) });
      return store.index.blockCount;
    };
    expect([await reopen(), passes.length, problems.length]).toEqual([samples.length, 0, 0]);
    await appendFile(
      path,
      (await referenceCar([samples[0]!.cid], [many[0]!])).subarray((await referenceCar([samples[0]!.cid], [])).length),
    );
    expect([await reopen(), passes.length]).toEqual([samples.length + 1, 1]);
    expect(problems).toEqual([coded('ERR_CAR_FILE_CHANGED')]);
    await utimes(path, 1, 1);
    expect([await reopen(), passes.length]).toEqual([samples.length + 1, 2]);
    expect([await reopen(), passes.length]).toEqual([samples.length + 1, 2]);
  });

  it('is made anew when any byte of it is another one, or it is cut anywhere', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'a.car');
    const indexPath = join(directory.path, 'a.index');
    (await storeOf(directory.path, samples, { indexPath, verify: false })).close();
    const good = await readFile(indexPath);
    const broken = [
      ...Array.from({ length: good.length }, (_, at) => good.subarray(0, at)).filter((_, at) => at % 7 === 0),
      ...Array.from({ length: good.length }, (_, at) =>
        Buffer.from(good).fill((good[at] ?? 0) ^ 0x40, at, at + 1),
      ).filter((_, at) => at % 5 === 0),
      Buffer.concat([good, Buffer.of(0)]),
    ];
    for (const bytes of broken) {
      await writeFile(indexPath, bytes);
      const problems: unknown[] = [];
      using store = await openCarStore(path, {
        ...{ indexPath, verify: false },
        onIndexProblem: (error) => problems.push(error),
      });
      expect(store.index.blockCount).toBe(samples.length);
      expect(problems).toEqual([coded('ERR_CAR_INDEX_INVALID')]);
    }
    expect(await readFile(indexPath)).not.toEqual(broken.at(-1));
  });

  it('made without a look at the hashes is not used where that is asked for', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'a.car');
    const wrong = { cid: samples[0]!.cid, bytes: samples[1]!.bytes };
    await writeFile(path, await referenceCar([wrong.cid], [samples[2]!, wrong]));
    (await openCarStore(path, { verify: false })).close();
    const failure = { code: 'ERR_BLOCK_HASH_MISMATCH', cid: wrong.cid.toString(), file: path };
    await expect(openCarStore(path, { onIndexProblem: () => undefined })).rejects.toThrow(
      expect.objectContaining(failure),
    );
  });

  it('is not kept in memory-only mode, nor where it cannot be written, with a notice', async () => {
    await using directory = await temporaryDirectory();
    (await storeOf(directory.path, samples, { indexPath: null })).close();
    expect(await readdir(directory.path)).toEqual(['a.car']);
    const problems: unknown[] = [];
    const indexPath = join(directory.path, 'missing', 'index');
    using store = await storeOf(directory.path, samples, {
      indexPath,
      onIndexProblem: (error) => problems.push(error),
    });
    expect(store.index.blockCount).toBe(samples.length);
    expect(problems).toEqual([coded('ENOENT')]);
    await expect(storeOf(directory.path, samples, { indexPath })).rejects.toThrow(coded('ENOENT'));
  });

  it('is an error where the place for it cannot be looked at', async () => {
    await using directory = await temporaryDirectory();
    const indexPath = join(directory.path, 'a.car', 'index');
    await expect(storeOf(directory.path, samples, { indexPath })).rejects.toThrow(coded('ENOTDIR'));
  });

  it('is refused with a description that no memory should be taken for', async () => {
    await using directory = await temporaryDirectory();
    const indexPath = join(directory.path, 'a.index');
    (await storeOf(directory.path, samples, { indexPath })).close();
    const bytes = await readFile(indexPath);
    bytes.writeUInt32LE(0xffff_ffff, 16);
    await writeFile(indexPath, bytes);
    const problems: unknown[] = [];
    using store = await openCarStore(join(directory.path, 'a.car'), {
      indexPath,
      onIndexProblem: (error) => problems.push(error),
    });
    expect(store.index.blockCount).toBe(samples.length);
    expect(problems).toEqual([expect.objectContaining({ code: 'ERR_CAR_INDEX_INVALID', file: indexPath, offset: 16 })]);
  });

  it('does not belong to another list of files', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'a.car');
    (await storeOf(directory.path, samples)).close();
    await copyFile(path, join(directory.path, 'b.car'));
    using both = await openCarStore([path, join(directory.path, 'b.car')]);
    expect(both.index).toMatchObject({ blockCount: 2 * samples.length, uniqueCount: samples.length });
    using one = await openCarStore(path);
    expect(one.index.blockCount).toBe(samples.length);
  });

  it('leaves nothing behind when it is aborted', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'a.car');
    await writeFile(path, zstdCompressSync(await referenceCar([many[0]!.cid], many)));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openCarStore(path, { signal })).rejects.toThrow('enough');
    expect(await readdir(directory.path)).toEqual(['a.car']);
  });
});

describe('a compressed CAR file', () => {
  const compressed = async (directory: string): Promise<string> => {
    const path = join(directory, 'a.car.zst');
    await writeFile(path, zstdCompressSync(await referenceCar([many[0]!.cid], many)));
    return path;
  };

  it('is unpacked once, and again when that was removed', async () => {
    await using directory = await temporaryDirectory();
    const path = await compressed(directory.path);
    const unpacked: string[] = [];
    const problems: unknown[] = [];
    const reopen = async (): Promise<number> => {
      const onUnpack = (plan: UnpackPlan): number => unpacked.push(plan.path);
      using store = await openCarStore(path, { onUnpack, onIndexProblem: (error) => problems.push(error) });
      return store.index.blockCount;
    };
    expect([await reopen(), await reopen(), unpacked]).toEqual([many.length, many.length, [path]]);
    await rm(`${path}.unpacked`);
    expect([await reopen(), unpacked]).toEqual([many.length, [path, path]]);
    expect(problems).toEqual([coded('ERR_CAR_FILE_CHANGED')]);
  });

  it('leaves nothing when what it is unpacked to is not to be kept', async () => {
    await using directory = await temporaryDirectory();
    const path = await compressed(directory.path);
    const store = await openCarStore(path, { keepUnpacked: false });
    expect(Buffer.compare(store.get(many[7]!.cid.bytes)!, many[7]!.bytes)).toBe(0);
    expect(await readdir(directory.path)).toHaveLength(2);
    store.close();
    expect(await readdir(directory.path)).toEqual(['a.car.zst']);
    await appendFile(path, 'no zstd');
    await expect(openCarStore(path, { keepUnpacked: false })).rejects.toThrow(coded('ERR_CAR_COMPRESSION_INVALID'));
    expect(await readdir(directory.path)).toEqual(['a.car.zst']);
  });

  it('whose content is larger than it may be is given up, and nothing stays', async () => {
    await using directory = await temporaryDirectory();
    const path = await compressed(directory.path);
    const target = join(directory.path, 'out');
    await expect(unpackCarFile(path, target, { maxUnpackedBytes: 300_000 })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_CAR_COMPRESSION_INVALID', file: path }),
    );
    expect(await readdir(directory.path)).toEqual(['a.car.zst']);
  });
});

describe('a CAR file that changes under its index', () => {
  it('is refused by a thread that opens it again', async () => {
    await using directory = await temporaryDirectory();
    using store = await storeOf(directory.path, samples);
    await appendFile(join(directory.path, 'a.car'), 'more');
    expect(() => openSharedCarStore(store.shared)).toThrow(coded('ERR_CAR_FILE_CHANGED'));
  });

  it('is told by an error with file and offset, when it is cut or written to', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'a.car');
    using store = await storeOf(directory.path, samples);
    const whole = await readFile(path);
    const reading = (): void => store.readRuns(allOf(store), {}, () => undefined);
    await writeFile(path, whole.subarray(0, whole.length - 1));
    expect(reading).toThrow(expect.objectContaining({ code: 'ERR_CAR_FILE_CHANGED', file: path }));
    await writeFile(path, Buffer.from(whole).fill(3, store.index.offset(1), store.index.offset(1) + 1));
    expect(reading).toThrow(
      expect.objectContaining({ code: 'ERR_CAR_FILE_CHANGED', file: path, offset: store.index.offset(1) }),
    );
  });
});
