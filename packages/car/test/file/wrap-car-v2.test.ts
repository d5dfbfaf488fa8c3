import { CarIndexer } from '@ipld/car/indexer';
import { describe, expect, it } from 'vitest';
import { CarV2Index, CarV2IndexWriter, encodeVarint, INDEX_SORTED, MULTIHASH_INDEX_SORTED } from '../../src/index.ts';
import { cborBlock, sampleBlocks } from '../support/blocks.ts';
import { carV2Of, referenceCar } from '../support/cars.ts';

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

  it('of billions of buckets is refused before memory is taken', () => {
    const bytes = Buffer.from(sorted);
    bytes.writeUInt32LE(0xffff_ffff, 2);
    expect(() => new CarV2Index(bytes)).toThrow(expect.objectContaining({ code: 'ERR_CAR_INDEX_INVALID' }));
  });
});
