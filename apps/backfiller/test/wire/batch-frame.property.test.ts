import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchTruncatedError, decodeBatch, encodeBatchEnd, encodeFrameHeader } from '../../src/wire/batch-frame.ts';
import type { FrameStatus } from '../../src/wire/batch-frame.ts';

interface Item {
  status: FrameStatus;
  name: string;
  content: Uint8Array;
}

const item: fc.Arbitrary<Item> = fc
  .record({
    status: fc.constantFrom<FrameStatus>('ok', 'ok', 'ok', 'missing', 'unreadable'),
    name: fc
      .string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
      .filter((name) => Buffer.byteLength(name) <= 255 && name.isWellFormed()),
    content: fc.uint8Array({ maxLength: 300 }),
  })
  .map((made) => (made.status === 'ok' ? made : { ...made, content: new Uint8Array(0) }));

function encode(items: Item[]): Uint8Array {
  const frames = items.flatMap(({ status, name, content }) => [
    encodeFrameHeader({ status, name, sizeBytes: content.length }),
    content,
  ]);
  return Buffer.concat([...frames, encodeBatchEnd()]);
}

/** Cuts at each of the places, in order. */
async function* chunksOf(bytes: Uint8Array, cuts: number[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  let from = 0;
  for (const cut of cuts.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b)) {
    yield bytes.subarray(from, cut);
    from = Math.max(from, cut);
  }
  yield bytes.subarray(from);
}

async function decode(source: AsyncIterable<Uint8Array>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { status, name, body } of decodeBatch(source)) {
    const content = body instanceof Uint8Array ? body : Buffer.concat(await Array.fromAsync(body));
    items.push({ status, name, content: Uint8Array.from(content) });
  }
  return items;
}

const numRuns = tierCount({ push: 150, nightly: 2000 });

describe('batch frames', () => {
  it('decode to what was encoded, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 30 }), async (items, cuts) => {
        expect(await decode(chunksOf(encode(items), cuts))).toEqual(items);
      }),
      { numRuns },
    );
  });

  it('decode equally from chunks of one byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 3 }), async (items) => {
        const bytes = encode(items);
        expect(await decode(chunksOf(bytes, [...bytes.keys()]))).toEqual(items);
      }),
      { numRuns: Math.ceil(numRuns / 5) },
    );
  });

  it('are known to be cut at every truncation point, with the offset of the first missing byte', async () => {
    const items: Item[] = [
      { status: 'ok', name: '00:00.0-2.0-full-x.ts', content: Uint8Array.of(1, 2, 3, 0xff, 0) },
      { status: 'missing', name: 'ä', content: new Uint8Array(0) },
    ];
    const whole = encode(items);
    for (let length = 0; length < whole.length; length++) {
      const failure: unknown = await decode(chunksOf(whole.subarray(0, length), [])).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(BatchTruncatedError);
      expect(failure).toMatchObject({ code: 'ERR_BATCH_TRUNCATED', offset: length, retryable: true });
    }
  });
});
