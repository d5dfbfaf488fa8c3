import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { CarReader } from '@ipld/car';
import * as dagCbor from '@ipld/dag-cbor';
import { temporaryDirectory } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { describe, expect, it } from 'vitest';
import {
  type CarStore,
  CarV2Index,
  CarWriter,
  CODEC_DAG_CBOR,
  decodeBlockHeader,
  decodeSnapshotMetadata,
  formatCid,
  ForestWriter,
  LinkBuffer,
  openCarStore,
  openForestCar,
  readCarBlocks,
  scanLinks,
} from '../src/index.ts';
import { MemorySink } from './support/cars.ts';

/** Data of others, read where it is there: see docs/testing.md. */
const data = process.env['WAYBILL_TEST_DATA'] ?? resolve(import.meta.dirname, '../../../../shared/data');
const folder = resolve(data, 'car');
const pathOf = (name: string): string => join(folder, name);
const bytesOf = (name: string): Uint8Array => {
  const stored = readFileSync(pathOf(name));
  return name.endsWith('.zst') ? zstdDecompressSync(stored) : stored;
};

const allOf = (store: CarStore): Uint32Array => Uint32Array.from({ length: store.index.blockCount }, (_, at) => at);
const sound = [
  ['adl_test.car', 1, 6],
  ['carv2.car.zst', 2, 7153],
  ['chain4.car', 1, 1222],
  ['chain4.car.zst', 1, 1222],
  ['chain4.forest.car.zst', 1, 1222],
  ['lotus-butterflynet.car.zst', 1, 7171],
  ['lotus-interopnet.car', 1, 13_757],
  ['edge/sample-rw-bs-v2.car', 2, 3],
  ['edge/sample-unixfs-v2.car', 2, 3],
  ['edge/sample-v1-noidentity.car', 1, 1043],
  ['edge/sample-v1.car', 1, 1049],
  ['edge/sample-v2-indexless.car', 2, 1049],
  ['edge/sample-wrapped-v2.car', 2, 1049],
] as const;

function* linksOf(item: unknown): Generator<string> {
  if (item instanceof CID) yield item.toString();
  else if (item !== null && typeof item === 'object' && !(item instanceof Uint8Array))
    for (const each of Object.values(item)) yield* linksOf(each);
}

describe.skipIf(!existsSync(folder))('CAR files of Lotus, Forest and go-car (WAYBILL_TEST_DATA)', () => {
  it.each(sound)(
    '%s: a CARv%d of %d blocks, each with its hash, found, and the same as @ipld/car reads',
    async (name, version, blockCount) => {
      await using directory = await temporaryDirectory();
      using store = await openCarStore(pathOf(name), { indexPath: join(directory.path, 'index') });
      expect([store.version, store.index.blockCount, store.index.uniqueCount]).toEqual([
        version,
        blockCount,
        blockCount,
      ]);
      const reader = await CarReader.fromBytes(bytesOf(name));
      expect(store.roots.map(formatCid)).toEqual((await reader.getRoots()).map(String));
      const blocks = await Array.fromAsync(reader.blocks());
      store.readRuns(allOf(store), {}, (ordinal, bytes, _frameStart, cidStart, dataStart, end) => {
        expect(store.find(bytes, cidStart, dataStart - cidStart)).toBe(ordinal);
        const block = blocks[ordinal]!;
        expect(Buffer.compare(bytes.subarray(cidStart, dataStart), block.cid.bytes)).toBe(0);
        expect(Buffer.compare(bytes.subarray(dataStart, end), block.bytes)).toBe(0);
      });
    },
  );

  it.each(['chain4.car', 'lotus-interopnet.car', 'edge/sample-v1.car'])(
    '%s: the scan finds the links that @ipld/dag-cbor decodes',
    async (name) => {
      const links = new LinkBuffer(1);
      let misleading = 0;
      for await (const { cid, data: bytes } of readCarBlocks(pathOf(name))) {
        if (CID.decode(cid).code !== CODEC_DAG_CBOR) continue;
        links.clear();
        scanLinks(bytes, 0, bytes.length, links);
        const found = Array.from({ length: links.count }, (_, at) =>
          formatCid(bytes.subarray(links.offset(at), links.offset(at) + links.length(at))),
        );
        // Some maps have keys that are numbers, which objects put first.
        expect(found.sort()).toEqual([...linksOf(dagCbor.decode(bytes))].sort());
        const looks = Buffer.from(bytes).toString('latin1').split('\xd8\x2a').length - 1;
        if (looks > links.count) misleading += 1;
      }
      // A search for the bytes of the tag finds more than there are, in each of these files.
      expect(misleading).toBeGreaterThan(0);
    },
  );

  it('chain4: the headers lead from height 3 to the genesis and its parent, which is a sha2-256 block', () => {
    const store = openCarStore(pathOf('chain4.car'), { indexPath: null });
    return store.then((opened) => {
      using chain = opened;
      const heights: number[] = [];
      let next = chain.roots[0]!;
      for (let bytes = chain.get(next); bytes !== undefined; bytes = chain.get(next)) {
        if (CID.decode(next).multihash.code === 0x12) break;
        const header = decodeBlockHeader(bytes, 0, bytes.length);
        expect(() => decodeSnapshotMetadata(bytes, 0, bytes.length)).toThrow(
          expect.objectContaining({ code: 'ERR_CBOR_INVALID' }),
        );
        heights.push(header.height);
        next = header.parents[0]!;
      }
      expect(heights).toEqual([3, 2, 1, 0]);
      expect(CID.decode(next).multihash.code).toBe(0x12);
    });
  });

  it('chain4.car: frames go through the writer unchanged', async () => {
    const sink = new MemorySink();
    using store = await openCarStore(pathOf('chain4.car'), { indexPath: null });
    const writer = new CarWriter(sink, { roots: store.roots, writeBufferBytes: 10_000 });
    store.readRuns(allOf(store), {}, (_ordinal, bytes, frameStart, _cidStart, _dataStart, end) =>
      writer.push(bytes, frameStart, end),
    );
    await writer.end();
    expect(Buffer.compare(sink.bytes, bytesOf('chain4.car'))).toBe(0);
  });

  it('chain4.forest.car.zst: every block is looked up in the index of Forest', async () => {
    using car = openForestCar(pathOf('chain4.forest.car.zst'));
    expect(car.header).toEqual({ longestDistance: 9, collisions: 0, initialBuckets: 1527 });
    for await (const { cid, data: bytes } of readCarBlocks(pathOf('chain4.car')))
      expect(Buffer.compare(car.get(cid)!, bytes)).toBe(0);
    expect(car.get(CID.parse('bafy2bzacedcrtdrdyadw4hlzlsuwunidrrvcpbthlbtuevrxt2v44nvqh2lzg').bytes)).toBeUndefined();
  });

  it('chain4: our own forest file has the slots that Forest gives the same blocks', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'ours.forest.car.zst');
    const sink = new MemorySink();
    using store = await openCarStore(pathOf('chain4.car'), { indexPath: null });
    const writer = new ForestWriter(sink, { roots: store.roots });
    store.readRuns(allOf(store), {}, (_ordinal, bytes, frameStart, _cidStart, _dataStart, end) =>
      writer.push(bytes, frameStart, end),
    );
    await writer.end();
    await writeFile(path, sink.bytes);
    expect(Buffer.compare(zstdDecompressSync(sink.bytes), bytesOf('chain4.car'))).toBe(0);
    using ours = openForestCar(path);
    using theirs = openForestCar(pathOf('chain4.forest.car.zst'));
    expect([ours.header, ours.slotCount]).toEqual([theirs.header, theirs.slotCount]);
    expect(hashesOf(sink.bytes)).toEqual(hashesOf(readFileSync(pathOf('chain4.forest.car.zst'))));
  });

  it.each(['carv2.car.zst', 'edge/sample-wrapped-v2.car'])('%s: its own index agrees with ours', async (name) => {
    await using directory = await temporaryDirectory();
    using store = await openCarStore(pathOf(name), { indexPath: join(directory.path, 'index') });
    const bytes = bytesOf(name);
    const view = Buffer.from(bytes);
    const [dataStart, indexStart] = [27, 43].map((at) => Number(view.readBigUInt64LE(at)));
    const index = new CarV2Index(bytes, indexStart);
    let checked = 0;
    for (const ordinal of allOf(store)) {
      const { multihash } = CID.decode(store.cidOf(ordinal));
      const offset = index.find(multihash.code, multihash.digest);
      if (multihash.code !== 0) expect(offset).toBe(store.index.offset(ordinal) - dataStart!);
      checked += 1;
    }
    expect(checked).toBe(store.index.blockCount);
    expect(index.entryCount).toBeGreaterThan(1000);
  });

  it('sample-index.carindex: an index alone is decoded', () => {
    expect(new CarV2Index(bytesOf('edge/sample-index.carindex')).entryCount).toBe(1049);
  });

  it.each([
    ['sample-corrupt-pragma.car', 'ERR_CAR_TRUNCATED', 0],
    ['sample-rootless-v42.car', 'ERR_CAR_VERSION_UNKNOWN', 0],
    ['sample-v1-tailing-corrupt-section.car', 'ERR_CAR_TRUNCATED', 479_518],
    ['sample-v1-with-zero-len-section.car', 'ERR_CAR_SECTION_INVALID', 479_907],
    ['sample-v1-with-zero-len-section2.car', 'ERR_CAR_SECTION_INVALID', 20_819],
    ['sample-v2-corrupt-data-and-index.car', 'ERR_CAR_HEADER_INVALID', 27],
  ])('edge/%s: is refused with %s at byte %d', async (name, code, offset) => {
    const path = pathOf(join('edge', name));
    const failure: unknown = expect.objectContaining({ code, offset, file: path });
    await expect(openCarStore(path, { indexPath: null })).rejects.toThrow(failure);
    await expect(Array.fromAsync(readCarBlocks(path))).rejects.toThrow(failure);
  });

  it('edge/sample-v1-with-zero-len-section.car: the padding is the end when asked to', async () => {
    const path = pathOf('edge/sample-v1-with-zero-len-section.car');
    using store = await openCarStore(path, { indexPath: null, zeroLengthAsEnd: true });
    expect(store.index.blockCount).toBe(1049);
  });
});

/** The hashes in the slots of a forest file's index, in their order: frames may begin elsewhere. */
function hashesOf(stored: Uint8Array): string[] {
  const view = Buffer.from(stored);
  const slots = view.subarray(Number(view.readBigUInt64LE(view.length - 8)) + 32, -16);
  return Array.from({ length: slots.length / 16 }, (_, slot) => slots.toString('hex', slot * 16, slot * 16 + 8));
}
