import { zstdDecompressSync } from 'node:zlib';
import { seededRandom } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { type ByteSink, CarWriter, ZstdSink } from '../../src/index.ts';
import { cborBlock } from '../support/blocks.ts';
import { MemorySink, referenceCar } from '../support/cars.ts';

const random = seededRandom(9);
const content = Uint8Array.from({ length: 700_000 }, (_, at) =>
  at % 3 === 0 ? Math.floor(random() * 256) : at & 0x1f,
);

async function compressed(pieceBytes: number, level?: number): Promise<Uint8Array> {
  const sink = new MemorySink();
  await using zstd = new ZstdSink(sink, { level });
  const buffer = new Uint8Array(pieceBytes);
  for (let at = 0; at < content.length; at += pieceBytes) {
    const piece = content.subarray(at, at + pieceBytes);
    buffer.set(piece);
    await zstd.write(buffer.subarray(0, piece.length));
    // As a writer does that uses its buffer again.
    buffer.fill(0);
  }
  await zstd.end();
  return sink.bytes;
}

describe('the zstd sink', () => {
  it('gives the same bytes however the content was cut, and they unpack to it', async () => {
    const whole = await compressed(content.length);
    expect(Buffer.compare(zstdDecompressSync(whole), content)).toBe(0);
    for (const pieceBytes of [1000, 65_536, 300_001])
      expect(Buffer.compare(await compressed(pieceBytes), whole)).toBe(0);
    expect((await compressed(65_536, 12)).length).toBeLessThan(whole.length);
  });

  it('takes a CAR from its writer', async () => {
    const sink = new MemorySink();
    const block = cborBlock({ a: 1 });
    await using zstd = new ZstdSink(sink);
    const writer = new CarWriter(zstd, { roots: [block.cid.bytes] });
    writer.pushBlock(block.cid.bytes, block.bytes);
    await writer.end();
    await zstd.end();
    expect(Buffer.compare(zstdDecompressSync(sink.bytes), await referenceCar([block.cid], [block]))).toBe(0);
  });

  it.each(['at once', 'later'])(
    'tells a failure of the other sink %s, in a write or at the end, and does not hang',
    async (when) => {
      let writes = 0;
      const full: ByteSink = {
        write: () => {
          writes += 1;
          return when === 'at once' || writes > 1 ? Promise.reject(new RangeError('full')) : Promise.resolve();
        },
      };
      await using zstd = new ZstdSink(full);
      const writing = async (): Promise<void> => {
        for (let round = 0; round < 20; round += 1) await zstd.write(content);
        await zstd.end();
      };
      await expect(writing()).rejects.toThrow('full');
    },
  );

  it('does not wait for what is compressed, where nobody takes it any more', async () => {
    const noise = Uint8Array.from({ length: 3_000_000 }, () => Math.floor(random() * 256));
    const failing: ByteSink = {
      write: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        throw new RangeError('full');
      },
    };
    await using zstd = new ZstdSink(failing);
    await expect(zstd.write(noise)).rejects.toThrow('full');
    await expect(zstd.write(noise)).rejects.toThrow('full');
  });

  it('can be given up', async () => {
    const zstd = new ZstdSink(new MemorySink());
    await zstd.write(content);
    await zstd[Symbol.asyncDispose]();
    await expect(zstd.write(content)).rejects.toThrow(Error);
  });
});
