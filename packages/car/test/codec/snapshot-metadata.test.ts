import * as dagCbor from '@ipld/dag-cbor';
import { describe, expect, it } from 'vitest';
import { CarError, decodeSnapshotMetadata, encodeSnapshotMetadata } from '../../src/index.ts';
import { cidOf } from '../support/blocks.ts';

const heads = [cidOf(Buffer.from('1')), cidOf(Buffer.from('2'))];
const f3 = cidOf(Buffer.from('f3'), 0x55);
const headBytes = heads.map(({ bytes }) => bytes);

describe('the metadata of a snapshot v2', () => {
  it.each([
    ['with F3 data', f3],
    ['without F3 data', undefined],
  ])('%s is written as @ipld/dag-cbor writes it, and read back', (_what, f3Data) => {
    const metadata = { version: 2, headTipsetKey: headBytes, f3Data: f3Data?.bytes };
    const bytes = encodeSnapshotMetadata(metadata);
    const reference = dagCbor.encode({ F3Data: f3Data ?? null, Version: 2, HeadTipsetKey: heads });
    expect(Buffer.compare(bytes, reference)).toBe(0);
    expect(bytes[0]).toBe(0xa3);
    expect(decodeSnapshotMetadata(bytes, 0, bytes.length)).toEqual({
      ...metadata,
      f3Data: f3Data === undefined ? undefined : Uint8Array.from(f3Data.bytes),
      headTipsetKey: headBytes.map((head) => Uint8Array.from(head)),
    });
  });

  it('ends early at every point with a typed error', () => {
    const bytes = encodeSnapshotMetadata({ version: 2, headTipsetKey: headBytes, f3Data: f3.bytes });
    for (let end = 0; end < bytes.length; end += 1) {
      expect(() => decodeSnapshotMetadata(bytes, 0, end)).toThrow(
        expect.objectContaining({ code: 'ERR_CAR_TRUNCATED' }),
      );
    }
  });

  it('has a version of any size, heads with long identity CIDs, and nothing behind it', () => {
    const long = cidOf(Buffer.alloc(300, 'x'), 0x55, 'identity');
    const many = Array.from({ length: 300 }, () => long.bytes);
    const bytes = encodeSnapshotMetadata({ version: 70_000, headTipsetKey: many, f3Data: undefined });
    const reference = dagCbor.encode({ F3Data: null, Version: 70_000, HeadTipsetKey: many.map(() => long) });
    expect(Buffer.compare(bytes, reference)).toBe(0);
    expect(decodeSnapshotMetadata(bytes, 0, bytes.length)).toMatchObject({ version: 70_000, f3Data: undefined });
    const followed = Buffer.concat([bytes, Buffer.of(0)]);
    expect(() => decodeSnapshotMetadata(followed, 0, followed.length)).toThrow(
      expect.objectContaining({ code: 'ERR_CBOR_INVALID', offset: bytes.length }),
    );
  });

  it.each([
    ['a block header', [1, 2, 3]],
    ['another key', { F3Data: null, Version: 2, Heads: [] }],
    ['a missing key', { F3Data: null, Version: 2 }],
  ])('is not %s', (_what, value) => {
    const bytes = dagCbor.encode(value);
    expect(() => decodeSnapshotMetadata(bytes, 0, bytes.length)).toThrow(CarError);
  });
});
