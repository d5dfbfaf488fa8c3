import { describe, expect, it } from 'vitest';
import {
  decodeForestFooter,
  decodeForestIndexHeader,
  decodeSkippableHeader,
  encodeForestFooter,
  encodeForestIndexHeader,
  encodeSkippableHeader,
} from '../../src/forest/forest-format.ts';
import { zstdFrameLength } from '../../src/forest/zstd-frame-length.ts';
import { CarTruncatedError, ForestWriter } from '../../src/index.ts';
import { cborBlock } from '../support/blocks.ts';
import { MemorySink } from '../support/cars.ts';

const header = { longestDistance: 9, collisions: 2, initialBuckets: 1527 };

describe('the parts of a .forest.car.zst', () => {
  it('come back, and are refused with an offset where they are cut', () => {
    const index = encodeForestIndexHeader(header);
    expect(decodeForestIndexHeader(index, 0, index.length)).toEqual(header);
    for (let end = 0; end < index.length; end += 1)
      expect(() => decodeForestIndexHeader(index, 0, end)).toThrow(CarTruncatedError);
    const skippable = encodeSkippableHeader(70_000);
    expect(decodeSkippableHeader(skippable, 0, skippable.length)).toBe(70_000);
    for (let end = 0; end < skippable.length; end += 1)
      expect(() => decodeSkippableHeader(skippable, 0, end)).toThrow(CarTruncatedError);
  });

  it('are refused where they are of another version, or too large for a number', () => {
    const other = encodeForestIndexHeader(header);
    other[0] = 1;
    const invalid = expect.objectContaining({ code: 'ERR_CAR_INDEX_INVALID', offset: 0 }) as Error;
    expect(() => decodeForestIndexHeader(other, 0, other.length)).toThrow(invalid);
    const huge = encodeForestIndexHeader(header).fill(0xff, 24);
    expect(() => decodeForestIndexHeader(huge, 0, huge.length)).toThrow(invalid);
    const frame = encodeSkippableHeader(8).fill(0, 0, 1);
    expect(() => decodeSkippableHeader(frame, 0, frame.length)).toThrow(invalid);
  });

  it('has no footer where the last bytes are none', () => {
    const footer = encodeForestFooter(471_755);
    expect(decodeForestFooter(footer, 0)).toBe(471_755);
    for (const at of [0, 4]) expect(decodeForestFooter(Uint8Array.from(footer).fill(0, at, at + 1), 0)).toBeUndefined();
    expect(decodeForestFooter(Uint8Array.from(footer).fill(0xff, 8), 0)).toBeUndefined();
  });

  it('has zstd frames of every kind of header, and refuses a reserved kind of block', () => {
    // RFC 8878: magic, descriptor, [window], [dictionary], [content size], then blocks: here one that is empty, raw and last.
    const frame = (descriptor: number, headerBytes: number, block = [1, 0, 0]): Uint8Array =>
      Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, descriptor, ...new Array<number>(headerBytes).fill(0), ...block]);
    const kinds = [
      [0x00, 1],
      [0x20, 1],
      [0x40, 3],
      [0x60, 2],
      [0x80, 5],
      [0xc0, 9],
      [0x01, 2],
      [0x02, 3],
      [0x03, 5],
      [0xe3, 12],
    ] as const;
    for (const [descriptor, headerBytes] of kinds) {
      const whole = frame(descriptor, headerBytes);
      expect(zstdFrameLength(whole), `descriptor ${descriptor}`).toBe(whole.length);
      for (let end = 0; end < whole.length; end += 1) expect(zstdFrameLength(whole.subarray(0, end))).toBeUndefined();
    }
    expect(zstdFrameLength(Uint8Array.from([...frame(0x24, 1), 0, 0, 0, 0]))).toBe(13);
    expect(zstdFrameLength(Uint8Array.from([...frame(0, 1, [0x03 | (200 << 3), 6, 0]), 7]))).toBe(10);
    expect(() => zstdFrameLength(frame(0, 1, [7, 0, 0]))).toThrow('a reserved kind');
    expect(() => zstdFrameLength(new Uint8Array(20))).toThrow('no zstd frame');
  });

  it('are the same when a block comes in parts, and end once', async () => {
    const { cid, bytes } = cborBlock({ part: 'x'.repeat(3000) });
    const empty = cborBlock(0);
    const roots = [cid.bytes];
    const written = async (push: (writer: ForestWriter) => void): Promise<Buffer> => {
      const sink = new MemorySink();
      const writer = new ForestWriter(sink, { roots });
      push(writer);
      await writer.end();
      await expect(writer.end()).rejects.toThrow('has ended');
      expect(() => writer.pushBlock(cid.bytes, bytes)).toThrow('has ended');
      return Buffer.from(sink.bytes);
    };
    const head = Buffer.concat([
      Buffer.of(0x80 | ((cid.bytes.length + bytes.length) & 0x7f), (cid.bytes.length + bytes.length) >> 7),
      cid.bytes,
    ]);
    const inParts = await written((writer) => {
      expect(() => writer.continueBlock(bytes)).toThrow('no block has begun');
      writer.beginBlock(head, 0, head.length, bytes.length);
      writer.continueBlock(bytes.subarray(0, 1000));
      writer.continueBlock(bytes.subarray(1000));
      const small = Buffer.concat([
        Buffer.of(empty.cid.bytes.length + empty.bytes.length),
        empty.cid.bytes,
        empty.bytes,
      ]);
      writer.beginBlock(small, 0, small.length, 0);
    });
    const whole = await written((writer) => {
      writer.pushBlock(cid.bytes, bytes);
      writer.pushBlock(empty.cid.bytes, empty.bytes);
    });
    expect(Buffer.compare(inParts, whole)).toBe(0);
  });
});
