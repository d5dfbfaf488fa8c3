import { CarReader } from '@ipld/car';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CarWriter, encodeVarint } from '../../src/index.ts';
import { cborBlock, cidOf, type TestBlock } from '../support/blocks.ts';
import { MemorySink, referenceCar } from '../support/cars.ts';

const block = fc.uint8Array({ maxLength: 400 }).map((bytes): TestBlock => ({ cid: cidOf(bytes, 0x55), bytes }));
const root = cborBlock('root').cid;

function frameOf({ cid, bytes }: TestBlock, before: number): Uint8Array {
  return Buffer.concat([new Uint8Array(before), encodeVarint(cid.bytes.length + bytes.length), cid.bytes, bytes]);
}

describe('the writer of CARv1', () => {
  it('writes the bytes that @ipld/car writes, from blocks and from whole frames, with any buffer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(block, { maxLength: 30 }), fc.nat(2000), async (blocks, writeBufferBytes) => {
        const sink = new MemorySink();
        const writer = new CarWriter(sink, { roots: [root.bytes], writeBufferBytes });
        for (const [at, each] of blocks.entries()) {
          const frame = frameOf(each, at);
          if (at % 2 === 0) writer.pushBlock(each.cid.bytes, each.bytes);
          else writer.push(frame, at, frame.length);
          if (writer.isFull) await writer.flush();
        }
        const summary = await writer.end();
        const reference = await referenceCar([root], blocks);
        expect(Buffer.compare(sink.bytes, reference)).toBe(0);
        expect(summary).toEqual({ blockCount: blocks.length, sizeBytes: reference.length });
        await CarReader.fromBytes(sink.bytes);
      }),
    );
  });

  it('gathers what comes before a flush, and writes it at once', async () => {
    const sink = new MemorySink();
    const writer = new CarWriter(sink, { roots: [root.bytes], writeBufferBytes: 1000 });
    const blocks = Array.from({ length: 50 }, (_, at) => cborBlock([at, 'x'.repeat(100)]));
    for (const { cid, bytes } of blocks) writer.pushBlock(cid.bytes, bytes);
    expect([writer.isFull, sink.writes]).toEqual([true, 0]);
    await writer.flush();
    expect([writer.isFull, sink.writes]).toEqual([false, 1]);
    expect(writer.sizeBytes).toBe(sink.bytes.length);
    await writer.end();
    expect(Buffer.compare(sink.bytes, await referenceCar([root], blocks))).toBe(0);
  });

  it('loses nothing that is pushed while a flush is under way', async () => {
    const sink = new MemorySink();
    const writer = new CarWriter(sink, { roots: [root.bytes], writeBufferBytes: 10 });
    const blocks = Array.from({ length: 20 }, (_, at) => cborBlock([at]));
    for (const { cid, bytes } of blocks) {
      const flushing = writer.flush();
      writer.pushBlock(cid.bytes, bytes);
      await flushing;
    }
    await writer.end();
    expect(Buffer.compare(sink.bytes, await referenceCar([root], blocks))).toBe(0);
  });

  it('takes a block in parts, with flushes between them', async () => {
    const sink = new MemorySink();
    const writer = new CarWriter(sink, { roots: [root.bytes], writeBufferBytes: 100 });
    const blocks = [cborBlock('x'.repeat(1000)), cborBlock(1)];
    for (const each of blocks) {
      const frame = frameOf(each, 3);
      const dataStart = frame.length - each.bytes.length;
      writer.beginBlock(frame, 3, dataStart);
      for (let at = dataStart; at < frame.length; at += 300) {
        writer.continueBlock(frame.subarray(at, at + 300));
        await writer.flush();
      }
    }
    expect(await writer.end()).toEqual({ blockCount: 2, sizeBytes: sink.bytes.length });
    expect(Buffer.compare(sink.bytes, await referenceCar([root], blocks))).toBe(0);
  });

  it('ends once, and refuses a list of no roots, or a buffer of no size', async () => {
    const writer = new CarWriter(new MemorySink(), { roots: [root.bytes] });
    await writer.end();
    await expect(writer.end()).rejects.toThrow(TypeError);
    expect(() => writer.pushBlock(root.bytes, new Uint8Array(1))).toThrow(TypeError);
    const refused: unknown = expect.objectContaining({ code: 'ERR_CAR_HEADER_INVALID' });
    expect(() => new CarWriter(new MemorySink(), { roots: [] })).toThrow(refused);
    for (const writeBufferBytes of [-1, NaN])
      expect(() => new CarWriter(new MemorySink(), { roots: [root.bytes], writeBufferBytes })).toThrow(RangeError);
  });

  it('passes the errors of its sink on', async () => {
    const writer = new CarWriter({ write: () => Promise.reject(new RangeError('full')) }, { roots: [root.bytes] });
    await expect(writer.end()).rejects.toThrow('full');
  });
});
