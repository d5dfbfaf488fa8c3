import { seededRandom } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSink, CarWriter, ForestWriter, type FrameWriter } from '../../src/index.ts';
import { cborBlock } from '../support/blocks.ts';
import { MemorySink } from '../support/cars.ts';

const root = cborBlock('root').cid;
const random = seededRandom(4);
/** Hard to compress: so that there are several writes in every format. */
const blocks = Array.from({ length: 100 }, (_, at) =>
  cborBlock(Uint8Array.from({ length: (at * 97) % 1500 }, () => Math.floor(random() * 256))),
);
const options = { roots: [root.bytes], writeBufferBytes: 500 };

/** Looks at what it was given when a write ends, not when it begins: as a disk does. */
class SlowSink implements ByteSink {
  readonly parts: Uint8Array[] = [];
  busy = 0;
  mostBusy = 0;
  readonly #turns: () => number;

  constructor(turns: () => number) {
    this.#turns = turns;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.busy += 1;
    this.mostBusy = Math.max(this.mostBusy, this.busy);
    for (let left = this.#turns(); left > 0; left -= 1) await Promise.resolve();
    this.parts.push(bytes.slice());
    this.busy -= 1;
  }
}

async function fill(writer: FrameWriter): Promise<void> {
  for (const { cid, bytes } of blocks) {
    writer.pushBlock(cid.bytes, bytes);
    if (writer.isFull) await writer.writeBehind();
  }
  await writer.end();
}

describe.each([
  ['CarWriter', (sink: ByteSink): FrameWriter => new CarWriter(sink, options)],
  ['ForestWriter', (sink: ByteSink): FrameWriter => new ForestWriter(sink, options)],
])('a %s that goes on while its sink writes', (_, create) => {
  it('makes the same file, one write at a time, however long each takes', async () => {
    const whole = new MemorySink();
    await fill(create(whole));
    const turns = fc.array(fc.nat(40), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(turns, async (list) => {
        let at = 0;
        const sink = new SlowSink(() => list[at++ % list.length] ?? 0);
        await fill(create(sink));
        expect(Buffer.concat(sink.parts).equals(whole.bytes)).toBe(true);
        expect([sink.busy, sink.mostBusy]).toEqual([0, 1]);
      }),
    );
  });

  it('does not wait for the write that it begins', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    await using writer = create({ write: () => promise });
    for (const { cid, bytes } of blocks) writer.pushBlock(cid.bytes, bytes);
    await writer.writeBehind();
    expect(writer.isFull).toBe(false);
    resolve(undefined);
  });

  it('tells that a write has failed with the next call, and with every one after it', async () => {
    await using writer = create({ write: () => Promise.reject(new RangeError('full')) });
    for (const { cid, bytes } of blocks) writer.pushBlock(cid.bytes, bytes);
    await writer.writeBehind();
    for (const { cid, bytes } of blocks) writer.pushBlock(cid.bytes, bytes);
    await expect(writer.writeBehind()).rejects.toThrow('full');
    await expect(writer.flush()).rejects.toThrow('full');
    await expect(writer.end()).rejects.toThrow('full');
  });

  it('is disposed of when the sink is at rest, and not before', async () => {
    const { promise, reject } = Promise.withResolvers<undefined>();
    const events: string[] = [];
    const writer = create({ write: () => promise.finally(() => events.push('the write has ended')) });
    for (const { cid, bytes } of blocks) writer.pushBlock(cid.bytes, bytes);
    await writer.writeBehind();
    const disposed = writer[Symbol.asyncDispose]().then(() => events.push('disposed of'));
    await new Promise(setImmediate);
    expect(events).toEqual([]);
    reject(new RangeError('full'));
    await disposed;
    expect(events).toEqual(['the write has ended', 'disposed of']);
  });
});
