import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import { describe, expect, it } from 'vitest';
import { createSeenSet, openSeenSet } from '../../src/index.ts';
import { cidOf } from '../support/blocks.ts';
import { numberedCid, writeNumber } from '../support/numbered-cid.ts';

const ENTRIES = tierCount({ push: 10_000_000, nightly: 100_000_000 });

const anyCid = fc.oneof(
  fc
    .tuple(fc.constantFrom(0x71, 0x55, 0x51, 0xf101), fc.constantFrom(0xb220, 0x12, 0), fc.uint8Array({ maxLength: 4 }))
    .map(([codec, hash, digest]) => CID.createV1(codec, createDigest(hash, digest))),
  fc.uint8Array({ maxLength: 1 }).map((seed) => cidOf(seed)),
);

/** What makes a block: a CID of version 0 is that of version 1 with the same digest. */
const keyOf = (cid: CID): string =>
  `${cid.code}/${cid.multihash.code}/${Buffer.from(cid.multihash.digest).toString('hex')}`;

describe('a seen set', () => {
  it('does what a Set of strings does', () => {
    fc.assert(
      fc.property(fc.array(anyCid, { maxLength: 300 }), (cids) => {
        const set = createSeenSet({ expectedEntries: 300 });
        const other = openSeenSet(structuredClone(set.shared));
        const reference = new Set<string>();
        for (const [at, cid] of cids.entries()) {
          const bytes = Buffer.concat([Buffer.alloc(at % 7), cid.bytes]);
          const isNew = !reference.has(keyOf(cid));
          reference.add(keyOf(cid));
          expect(set.has(bytes, at % 7, cid.bytes.length)).toBe(!isNew);
          expect((at % 2 === 0 ? set : other).add(bytes, at % 7, cid.bytes.length)).toBe(isNew);
          expect(set.has(bytes, at % 7, cid.bytes.length)).toBe(true);
        }
        expect([set.size, other.size]).toEqual([reference.size, reference.size]);
      }),
    );
  });

  it('tells codecs and hash functions of one digest apart, and digests that begin or end alike', () => {
    const set = createSeenSet({ expectedEntries: 1000 });
    const digest = new Uint8Array(32).fill(7);
    let added = 0;
    for (const codec of [0x55, 0x71, 0x51, 0xf101, 0xf102]) {
      for (const hash of [0x12, 0x16, 0xb220]) {
        const { bytes } = CID.createV1(codec, createDigest(hash, digest));
        if (set.add(bytes, 0, bytes.length)) added += 1;
      }
    }
    for (let at = 0; at < 32; at += 1) {
      for (const bit of [1, 0x80]) {
        const { bytes } = CID.createV1(0x71, createDigest(0xb220, digest.with(at, 7 ^ bit)));
        if (set.add(bytes, 0, bytes.length)) added += 1;
      }
    }
    expect([added, set.size]).toEqual([15 + 64, 15 + 64]);
  });

  it('takes a CID of version 0 and its twin of version 1 for one', () => {
    const set = createSeenSet({ expectedEntries: 10 });
    const v0 = CID.createV0(createDigest(0x12, new Uint8Array(32).fill(3)));
    expect(set.add(v0.bytes, 0, v0.bytes.length)).toBe(true);
    const v1 = v0.toV1();
    expect(set.add(v1.bytes, 0, v1.bytes.length)).toBe(false);
  });

  it('refuses more than it has room for, rather than losing any', () => {
    const set = createSeenSet({ expectedEntries: 1000 });
    const cid = numberedCid();
    const fill = (): void => {
      for (let number = 0; number < 5000; number += 1) {
        writeNumber(cid, number);
        expect(set.add(cid, 0, cid.length)).toBe(true);
      }
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'ERR_SEEN_SET_FULL', expectedEntries: 1000 }));
    expect(set.size).toBeGreaterThanOrEqual(1000);
    writeNumber(cid, 3);
    expect(set.has(cid, 0, cid.length)).toBe(true);
  });

  it('is full long before each look takes thousands of steps', () => {
    const set = createSeenSet({ expectedEntries: 9000 });
    const cid = numberedCid();
    let added = 0;
    const fill = (): void => {
      for (; added < 20_000; added += 1) {
        writeNumber(cid, added);
        set.add(cid, 0, cid.length);
      }
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'ERR_SEEN_SET_FULL' }));
    expect(added).toBeGreaterThan(9000);
    expect(set.size).toBeLessThan(set.shared.slots.byteLength / 16);
  });

  it('counts right where more threads have opened it than there are counters', () => {
    const set = createSeenSet({ expectedEntries: 1000 });
    const sets = Array.from({ length: 200 }, () => openSeenSet(set.shared));
    const cid = numberedCid();
    for (const [number, each] of sets.entries()) {
      writeNumber(cid, number);
      expect(each.add(cid, 0, cid.length)).toBe(true);
      expect(set.add(cid, 0, cid.length)).toBe(false);
    }
    expect(set.size).toBe(200);
  });

  it('finds what stands beyond its end, at its beginning', () => {
    const set = createSeenSet({ expectedEntries: 46 });
    const cid = numberedCid();
    for (let number = 0; number < 57; number += 1) {
      writeNumber(cid, number);
      set.add(cid, 0, cid.length);
    }
    for (let number = 0; number < 400; number += 1) {
      writeNumber(cid, number);
      expect(set.has(cid, 0, cid.length)).toBe(number < 57);
    }
  });

  it('refuses bytes that are no CID, and sizes that no memory holds', () => {
    const set = createSeenSet({ expectedEntries: 10 });
    expect(() => set.add(new Uint8Array(5), 0, 5)).toThrow(expect.objectContaining({ code: 'ERR_CID_INVALID' }));
    expect(() => createSeenSet({ expectedEntries: 1e9 })).toThrow(RangeError);
    expect(() => createSeenSet({ expectedEntries: NaN })).toThrow(RangeError);
  });

  it(
    `holds ${ENTRIES} CIDs, in at most 24 bytes each`,
    () => {
      const set = createSeenSet({ expectedEntries: ENTRIES });
      const cid = numberedCid();
      let added = 0;
      for (let number = 0; number < ENTRIES; number += 1) {
        writeNumber(cid, number);
        if (set.add(cid, 0, 38)) added += 1;
      }
      let again = 0;
      for (let number = 0; number < ENTRIES; number += 101) {
        writeNumber(cid, number);
        if (set.add(cid, 0, 38)) again += 1;
      }
      expect([added, again, set.size]).toEqual([ENTRIES, 0, ENTRIES]);
      expect((set.shared.slots.byteLength + set.shared.state.byteLength) / ENTRIES).toBeLessThanOrEqual(24);
    },
    tierCount({ push: 60_000, nightly: 900_000 }),
  );
});
