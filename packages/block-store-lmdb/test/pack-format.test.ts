import { seededRandom } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { PackBuilder } from '../src/pack-builder.ts';
import { decodePlace, decodeRecord, encodePlace, PACK_BYTES } from '../src/pack-format.ts';

const random = seededRandom(11);
const below = (limit: number): number => Math.floor(random() * limit);
const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256));

describe('a pack', () => {
  it('gives back every record at its place, and all of them one behind the other', () => {
    for (let round = 0; round < 50; round += 1) {
      const records = Array.from({ length: below(60) }, () => ({
        key: bytesOf(34 + below(35)),
        data: bytesOf(below(10) === 0 ? below(40_000) : below(900)),
      }));
      const builder = new PackBuilder();
      const places = records.map(({ key, data }) => {
        const offset = builder.add(key, data);
        return { pack: builder.packCount - 1, offset };
      });
      const packs = builder.take();
      for (const [at, { pack, offset }] of places.entries()) {
        const found = decodeRecord(packs[pack]!, offset);
        expect(Buffer.compare(found.key, records[at]!.key)).toBe(0);
        expect(Buffer.compare(found.data, records[at]!.data)).toBe(0);
      }
      let count = 0;
      for (const pack of packs)
        for (let offset = 0; offset < pack.length; offset = decodeRecord(pack, offset).end) count += 1;
      expect(count).toBe(records.length);
      expect([builder.sizeBytes, builder.packCount, builder.take()]).toEqual([0, 0, []]);
    }
  });

  it('is larger than four pages only for a block that is', () => {
    const builder = new PackBuilder();
    const key = new Uint8Array(36);
    for (const length of [600, 15_000, 2_000, 100_000, 3]) builder.add(key, new Uint8Array(length));
    const sizes = builder.take().map(({ length }) => length);
    expect(sizes).toEqual([15_682, 2_041, 100_041, 44]);
    expect(sizes.filter((size) => size > PACK_BYTES)).toEqual([100_041]);
  });

  it('that is cut is refused, at every point', () => {
    const builder = new PackBuilder();
    builder.add(new Uint8Array(36).fill(1), new Uint8Array(50).fill(2));
    const [pack = new Uint8Array(0)] = builder.take();
    for (let length = 0; length < pack.length; length += 1)
      expect(() => decodeRecord(pack.subarray(0, length), 0), `${length} bytes`).toThrow(RangeError);
  });
});

describe('a place', () => {
  it('goes through its six bytes', () => {
    const numbers = [0, 1, 255, 2 ** 16, 2 ** 31, 2 ** 32 - 1, ...Array.from({ length: 100 }, () => below(2 ** 32))];
    for (const pack of numbers) {
      const offset = pack % 0x1_0000;
      expect(decodePlace(encodePlace({ pack, offset }))).toEqual({ pack, offset });
    }
    expect(() => decodePlace(new Uint8Array(5))).toThrow(RangeError);
  });
});
