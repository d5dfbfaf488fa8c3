import { CarIndexer } from '@ipld/car/indexer';
import { describe, expect, it } from 'vitest';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import {
  CAR_V2_HEADER_BYTES,
  CarV2Index,
  CarV2IndexWriter,
  decodeCarV2Header,
  encodeCarV2Header,
  encodeVarint,
  INDEX_SORTED,
  MULTIHASH_INDEX_SORTED,
  wrapCarV2,
} from '../../src/index.ts';
import { cborBlock, sampleBlocks } from '../support/blocks.ts';
import { carV2Of, MemorySink, referenceCar } from '../support/cars.ts';

const blocks = [...sampleBlocks(), ...Array.from({ length: 3000 }, (_, at) => cborBlock({ at }))];
const car = await referenceCar([blocks[0]!.cid], blocks);
const carV2 = Buffer.from(await carV2Of(car));
const indexAt = Number(carV2.readBigUInt64LE(11 + 32));

describe('a CARv2', () => {
  it('is pragma, header, the CARv1, index', () => {
    expect(carV2.subarray(0, 11).toString('hex')).toBe('0aa16776657273696f6e02');
    expect(carV2.readBigUInt64LE(11 + 16)).toBe(51n);
    expect(Buffer.compare(carV2.subarray(51, indexAt), car)).toBe(0);
    expect(indexAt).toBe(51 + car.length);
  });

  it('finds in its index what the indexer of @ipld/car finds in the CAR', async () => {
    const index = new CarV2Index(carV2, indexAt);
    expect(index.format).toBe(MULTIHASH_INDEX_SORTED);
    let count = 0;
    for await (const { cid, offset } of await CarIndexer.fromBytes(car)) {
      const { code, digest } = cid.multihash;
      const found = index.find(code, digest);
      if (code === 0) expect(found, 'identity CIDs are left out').toBe(-1);
      else {
        expect([offset, blocks.find((each) => each.cid.equals(cid)) !== undefined]).toEqual([found, true]);
        count += 1;
      }
    }
    expect(index.entryCount).toBe(count);
    expect([...index.entries()].map(({ offset }) => offset).sort((one, other) => one - other)[0]).toBe(
      index.find(0xb220, blocks[0]!.cid.multihash.digest),
    );
    expect(index.find(0x12, blocks[0]!.cid.multihash.digest)).toBe(-1);
  });

  it('has the entries of its index sorted', () => {
    const digests = [...new CarV2Index(carV2, indexAt).entries()]
      .filter(({ hashCode }) => hashCode === 0xb220)
      .map(({ digest }) => digest);
    for (let at = 1; at < digests.length; at += 1)
      expect(Buffer.compare(digests[at - 1]!, digests[at]!)).toBeLessThanOrEqual(0);
  });

  it('may hold identity CIDs in its index', () => {
    const writer = new CarV2IndexWriter({ withIdentity: true });
    const identity = blocks.find(({ cid }) => cid.multihash.code === 0)!.cid;
    writer.add(identity.bytes, 0, identity.bytes.length, 77);
    const index = new CarV2Index(Buffer.concat([...writer.pieces()]));
    expect(index.find(0, identity.multihash.digest)).toBe(77);
  });
});

describe('making a CARv2', () => {
  it('refuses what is one already', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'v2.car');
    await writeFile(path, carV2);
    await expect(wrapCarV2(path, new MemorySink())).rejects.toMatchObject({
      code: 'ERR_CAR_HEADER_INVALID',
      file: path,
    });
  });

  it('refuses a file that grows meanwhile: its header would say too little', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'v1.car');
    await writeFile(path, car);
    const sink = new MemorySink();
    const write = async (bytes: Uint8Array): Promise<void> => {
      if (sink.writes === 0) await appendFile(path, car.subarray((await referenceCar([blocks[0]!.cid], [])).length));
      await sink.write(bytes);
    };
    await expect(wrapCarV2(path, { write })).rejects.toMatchObject({ code: 'ERR_CAR_FILE_CHANGED', file: path });
  });

  it('may put all blocks into the index, and says so', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'v1.car');
    await writeFile(path, car);
    const sink = new MemorySink();
    await wrapCarV2(path, sink, { fullyIndexed: true });
    const header = decodeCarV2Header(sink.bytes, 11, sink.bytes.length);
    expect(header).toMatchObject({ isFullyIndexed: true, dataOffset: 51, dataSizeBytes: car.length });
    const identity = blocks.find(({ cid }) => cid.multihash.code === 0)!.cid;
    expect(new CarV2Index(sink.bytes, header.indexOffset).find(0, identity.multihash.digest)).toBeGreaterThan(0);
  });
});

describe('the header of a CARv2', () => {
  const header = { isFullyIndexed: true, dataOffset: 51, dataSizeBytes: 100, indexOffset: 151 };

  it('comes back, and is refused where it is cut', () => {
    const bytes = encodeCarV2Header(header);
    expect(decodeCarV2Header(bytes, 0, bytes.length)).toEqual(header);
    for (let end = 0; end < CAR_V2_HEADER_BYTES; end += 1)
      expect(() => decodeCarV2Header(bytes, 0, end)).toThrow(
        expect.objectContaining({ code: 'ERR_CAR_TRUNCATED', availableBytes: end }),
      );
  });

  it.each([
    ['an offset above 2^53', 16, 2n ** 60n, 16],
    ['data that ends above 2^53', 24, 2n ** 53n - 1n, 24],
  ])('is refused with %s', (_what, field, value, offset) => {
    const bytes = Buffer.from(encodeCarV2Header(header));
    bytes.writeBigUInt64LE(value, field);
    expect(() => decodeCarV2Header(bytes, 0, bytes.length)).toThrow(
      expect.objectContaining({ code: 'ERR_CAR_HEADER_INVALID', offset }),
    );
  });
});

describe('the writer of an index', () => {
  it('sorts digests of any length that begin alike, and keeps the order of equal ones', () => {
    const writer = new CarV2IndexWriter({ withIdentity: true });
    const digests = ['b', 'a', 'ab', 'aa', 'aaaaab', 'aaaaaa', 'aaaaab', 'aaaabb'].map((text) => Buffer.from(text));
    for (const [at, digest] of digests.entries()) {
      const { bytes } = CID.createV1(0x55, createDigest(0, digest));
      writer.add(bytes, 0, bytes.length, at);
    }
    const entries = [...new CarV2Index(Buffer.concat([...writer.pieces()])).entries()];
    expect(entries.map(({ digest, offset }) => [Buffer.from(digest).toString(), offset])).toEqual([
      ...[
        ['a', 1],
        ['b', 0],
        ['aa', 3],
        ['ab', 2],
      ],
      ...[
        ['aaaaaa', 5],
        ['aaaaab', 4],
        ['aaaaab', 6],
        ['aaaabb', 7],
      ],
    ]);
  });
});

describe('an index', () => {
  const functions = carV2.subarray(indexAt + 2);
  /** The widths of the first hash function alone make an index of format 0x0400. */
  const firstBuckets = new CarV2Index(carV2, indexAt).buckets.filter(({ hashCode }) => hashCode === 0x12);
  const end = firstBuckets.at(-1)!.start + firstBuckets.at(-1)!.count * (firstBuckets.at(-1)!.digestLength + 8);
  const sorted = Buffer.concat([encodeVarint(INDEX_SORTED), carV2.subarray(indexAt + 2 + 4 + 8, end)]);

  it('of digests alone finds them whatever the hash function', () => {
    const index = new CarV2Index(sorted);
    const { digest } = blocks[4]!.cid.multihash;
    expect(index.format).toBe(INDEX_SORTED);
    expect(index.find(0x12, digest)).toBe(new CarV2Index(carV2, indexAt).find(0x12, digest));
    expect(index.find(0x99, digest)).toBe(index.find(0x12, digest));
    expect(index.find(0x12, new Uint8Array(32))).toBe(-1);
  });

  it('ends early at every point with an offset', () => {
    const failure: unknown = expect.objectContaining({
      code: 'ERR_CAR_TRUNCATED',
      offset: expect.any(Number) as number,
    });
    for (let cut = 0; cut < sorted.length; cut += 1) expect(() => new CarV2Index(sorted, 0, cut)).toThrow(failure);
    const whole = carV2.subarray(indexAt);
    for (let cut = 0; cut < whole.length; cut += 97) expect(() => new CarV2Index(whole, 0, cut)).toThrow(failure);
    expect(functions.length).toBe(whole.length - 2);
  });

  it.each([
    ['an unknown format', 0, 0x88],
    ['entries of no width', 6, 0],
    ['a size that is no multiple of the width', 10, 1],
  ])('is refused with %s', (_what, at, value) => {
    const bytes = Buffer.from(sorted);
    bytes[at] = value;
    expect(() => new CarV2Index(bytes)).toThrow(expect.objectContaining({ code: 'ERR_CAR_INDEX_INVALID' }));
  });

  it('gives no offset that a number cannot hold', () => {
    const bytes = Buffer.from(sorted);
    const digest = blocks[4]!.cid.multihash.digest;
    bytes.writeBigUInt64LE(2n ** 60n, bytes.indexOf(digest) + digest.length);
    const failure = expect.objectContaining({ code: 'ERR_CAR_INDEX_INVALID' }) as Error;
    expect(() => new CarV2Index(bytes).find(0x12, digest)).toThrow(failure);
    expect(() => [...new CarV2Index(bytes).entries()]).toThrow(failure);
  });

  it('of billions of buckets is refused before memory is taken', () => {
    const bytes = Buffer.from(sorted);
    bytes.writeUInt32LE(0xffff_ffff, 2);
    expect(() => new CarV2Index(bytes)).toThrow(expect.objectContaining({ code: 'ERR_CAR_INDEX_INVALID' }));
  });
});
