import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tierCount } from '@waybill/test-kit';
import {
  BatchFrameDecoder,
  BatchFrameInvalidError,
  batchSizeBytes,
  BatchTooLargeError,
  decodeBatchFrames,
} from '../src/index.ts';
import type { BatchFrame, BatchLimits } from '../src/index.ts';
import { batchOf, frame } from './support/batches.ts';

function decode(chunks: readonly Uint8Array[], limits: BatchLimits = {}): BatchFrame[] {
  const decoder = new BatchFrameDecoder(limits);
  const frames = chunks.flatMap((chunk) => [...decoder.push(chunk)]);
  decoder.finish();
  return frames.map(({ digest, content }) => ({ digest, content: new Uint8Array(content) }));
}

const frames = [frame('first'), frame(''), frame('third one')];

test('the bytes are as documented', async () => {
  const { digest, content } = frame('abc');
  const head = Buffer.concat([Buffer.from([1]), digest.bytes, Buffer.from([0, 0, 0, 0, 0, 0, 0, 3])]);
  expect(await batchOf([frame('abc')])).toEqual(Buffer.concat([head, content, Buffer.from([0, 0, 0, 0, 1])]));
  expect(await batchOf([])).toEqual(Buffer.from([0, 0, 0, 0, 0]));
});

test('the length is known before', async () => {
  expect(batchSizeBytes(frames.map(({ content }) => ({ sizeBytes: content.byteLength })))).toBe(
    (await batchOf(frames)).byteLength,
  );
});

test('any chunking gives the same files', async () => {
  const contents = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      contents,
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }),
      async (list, steps) => {
        const expected = list.map((content) => frame(content));
        const bytes = await batchOf(expected);
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const step = steps[turn % steps.length] ?? 1;
          chunks.push(bytes.subarray(at, at + step));
          at += step;
        }
        expect(decode(chunks)).toEqual(expected);
        expect(decode([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
        expect(decode([bytes])).toEqual(expected);
      },
    ),
    { numRuns: tierCount({ push: 200, nightly: 5000 }) },
  );
});

test('a source that is a stream gives its files as they come', async () => {
  const bytes = await batchOf(frames);
  async function* source() {
    yield* [bytes.subarray(0, 50), new Uint8Array(0), bytes.subarray(50)];
  }
  expect(await Array.fromAsync(decodeBatchFrames(source()))).toMatchObject(frames.map(({ digest }) => ({ digest })));
});

describe('refused', () => {
  test('every batch that breaks off, with where', async () => {
    const bytes = await batchOf(frames);
    for (let end = 0; end < bytes.length; end += 1)
      expect(() => decode([bytes.subarray(0, end)])).toThrow(
        expect.objectContaining({ code: 'ERR_BATCH_FRAME_INVALID', offset: end }) as Error,
      );
  });

  test('a type that there is not, bytes behind the end, and a wrong count', async () => {
    const bytes = await batchOf(frames);
    expect(() => decode([Buffer.from([2])])).toThrow(expect.objectContaining({ offset: 0 }) as Error);
    expect(() => decode([bytes, Buffer.from([0])])).toThrow(expect.objectContaining({ offset: bytes.length }) as Error);
    const miscounted = Buffer.from(bytes);
    miscounted[bytes.length - 1] = 9;
    expect(() => decode([miscounted])).toThrow(BatchFrameInvalidError);
  });

  test('what is above a limit, before any of it is kept', async () => {
    const bytes = await batchOf(frames);
    expect(() => decode([bytes], { maxFiles: 2 })).toThrow(BatchTooLargeError);
    expect(() => decode([bytes], { maxBytes: 13 })).toThrow(BatchTooLargeError);
    expect(() => decode([bytes], { maxFileBytes: 8 })).toThrow(BatchTooLargeError);
    expect(decode([bytes], { maxFiles: 3, maxBytes: 14, maxFileBytes: 9 })).toHaveLength(3);
    const huge = Buffer.concat([Buffer.from([1]), Buffer.alloc(32), Buffer.alloc(8, 0xff)]);
    expect(() => decode([huge])).toThrow(BatchTooLargeError);
  });
});
