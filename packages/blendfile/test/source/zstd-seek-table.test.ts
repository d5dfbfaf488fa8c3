import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSeekTable, encodeSeekTable, seekTableSizeBytes } from '../../src/source/zstd-seek-table.ts';

const sizes = fc.array(
  fc.record({ storedBytes: fc.integer({ min: 1, max: 2 ** 31 }), contentBytes: fc.nat(2 ** 31) }),
  { minLength: 1, maxLength: 50 },
);

describe('a seek table', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(sizes, (frames) => {
        const table = encodeSeekTable(frames);
        expect(seekTableSizeBytes(table)).toBe(table.length);
        const storedBytes = frames.reduce((sum, frame) => sum + frame.storedBytes, 0);
        const read = decodeSeekTable(table, storedBytes);
        expect(read?.count).toBe(frames.length);
        const back = frames.map((_, frame) => ({
          storedBytes: read!.storedOffsets[frame + 1]! - read!.storedOffsets[frame]!,
          contentBytes: read!.contentOffsets[frame + 1]! - read!.contentOffsets[frame]!,
        }));
        expect(back).toEqual(frames);
        expect(decodeSeekTable(table, storedBytes + 1)).toBeUndefined();
      }),
    );
  });

  it('with checksums is read without them', () => {
    const table = Buffer.alloc(8 + 12 + 9);
    table.writeUInt32LE(0x184d2a5e, 0);
    table.writeUInt32LE(12 + 9, 4);
    table.writeUInt32LE(100, 8);
    table.writeUInt32LE(300, 12);
    table.writeUInt32LE(0xdeadbeef, 16);
    table.writeUInt32LE(1, 20);
    table.writeUInt8(0x80, 24);
    table.writeUInt32LE(0x8f92eab1, 25);
    expect(seekTableSizeBytes(table)).toBe(table.length);
    expect([...(decodeSeekTable(table, 100)?.contentOffsets ?? [])]).toEqual([0, 300]);
  });

  it('is none in other bytes, with reserved bits, and without frames', () => {
    const table = encodeSeekTable([{ storedBytes: 5, contentBytes: 5 }]);
    expect(seekTableSizeBytes(table.subarray(0, 5))).toBeUndefined();
    const reserved = Uint8Array.from(table);
    reserved[reserved.length - 5] = 0x40;
    expect(seekTableSizeBytes(reserved)).toBeUndefined();
    expect(seekTableSizeBytes(new Uint8Array(20))).toBeUndefined();
    expect(decodeSeekTable(encodeSeekTable([]), 0)).toBeUndefined();
    expect(decodeSeekTable(encodeSeekTable([{ storedBytes: 0, contentBytes: 5 }]), 0)).toBeUndefined();
  });
});
