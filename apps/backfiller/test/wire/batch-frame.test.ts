import { describe, expect, it } from 'vitest';
import { BatchFrameInvalidError, decodeBatch, encodeBatchEnd, encodeFrameHeader } from '../../src/wire/batch-frame.ts';

const LARGE_BYTES = 256 * 1024 + 1;

async function* source(onReturn: () => void, ...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  try {
    await Promise.resolve();
    yield* chunks;
  } finally {
    onReturn();
  }
}

const ignore = (): void => undefined;
const frame = (name: string, content: Uint8Array): Uint8Array =>
  Buffer.concat([encodeFrameHeader({ status: 'ok', name, sizeBytes: content.length }), content]);

async function failureOf(...chunks: Uint8Array[]): Promise<unknown> {
  return Array.fromAsync(decodeBatch(source(ignore, ...chunks))).catch((error: unknown) => error);
}

describe('encodeFrameHeader', () => {
  it('writes status, name length, name and content length, big endian', () => {
    const header = encodeFrameHeader({ status: 'ok', name: 'ab', sizeBytes: 0x01_02_03_04_05 });
    expect([...header]).toEqual([0, 0, 2, 0x61, 0x62, 0, 0, 0, 1, 2, 3, 4, 5]);
  });

  it('writes a content length of 0 for what is missing or unreadable', () => {
    expect([...encodeFrameHeader({ status: 'missing', name: 'a', sizeBytes: 9 })]).toEqual([
      1, 0, 1, 0x61, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    expect(encodeFrameHeader({ status: 'unreadable', name: 'a', sizeBytes: 0 })[0]).toBe(2);
  });

  it('refuses a name that no file can have', () => {
    expect(() => encodeFrameHeader({ status: 'ok', name: '', sizeBytes: 0 })).toThrow(RangeError);
    expect(() => encodeFrameHeader({ status: 'ok', name: 'x'.repeat(256), sizeBytes: 0 })).toThrow(RangeError);
  });
});

describe('decodeBatch', () => {
  it('streams large content and skips what the caller leaves unread', async () => {
    const large = new Uint8Array(LARGE_BYTES).fill(7);
    const bytes = Buffer.concat([frame('large', large), frame('small', Uint8Array.of(1)), encodeBatchEnd()]);
    const seen: [string, boolean][] = [];
    for await (const { name, body } of decodeBatch(source(ignore, bytes.subarray(0, 1000), bytes.subarray(1000)))) {
      seen.push([name, body instanceof Uint8Array]);
    }
    expect(seen).toEqual([
      ['large', false],
      ['small', true],
    ]);
  });

  it('hands over large content byte for byte', async () => {
    const large = Uint8Array.from({ length: LARGE_BYTES }, (_, index) => index % 251);
    const bytes = Buffer.concat([frame('large', large), encodeBatchEnd()]);
    for await (const { body } of decodeBatch(source(ignore, bytes.subarray(0, 70_001), bytes.subarray(70_001)))) {
      if (body instanceof Uint8Array) throw new Error('expected a stream');
      expect(Buffer.concat(await Array.fromAsync(body)).equals(large)).toBe(true);
    }
  });

  it('refuses an unknown status, an empty name, a name that is not UTF-8 and content in a missing frame', async () => {
    expect(await failureOf(Uint8Array.of(7))).toMatchObject({
      code: 'ERR_BATCH_FRAME_INVALID',
      offset: 0,
      retryable: false,
    });
    expect(await failureOf(Uint8Array.of(0, 0, 0))).toBeInstanceOf(BatchFrameInvalidError);
    expect(await failureOf(Uint8Array.of(0, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0))).toBeInstanceOf(
      BatchFrameInvalidError,
    );
    expect(await failureOf(Uint8Array.of(1, 0, 1, 0x61, 0, 0, 0, 0, 0, 0, 0, 1, 0))).toBeInstanceOf(
      BatchFrameInvalidError,
    );
  });

  it('refuses bytes after the end mark', async () => {
    expect(await failureOf(encodeBatchEnd(), Uint8Array.of(0))).toMatchObject({
      code: 'ERR_BATCH_FRAME_INVALID',
      offset: 1,
    });
  });

  it('refuses content above the limit before reading it', async () => {
    const header = encodeFrameHeader({ status: 'ok', name: 'a', sizeBytes: 10 * 1024 ** 3 });
    expect(await failureOf(header)).toBeInstanceOf(BatchFrameInvalidError);
    const small = Array.fromAsync(decodeBatch(source(ignore, frame('a', new Uint8Array(11))), { maxContentBytes: 10 }));
    await expect(small).rejects.toBeInstanceOf(BatchFrameInvalidError);
  });

  it('releases the source when the caller leaves early', async () => {
    let released = false;
    const frames = decodeBatch(
      source(() => (released = true), frame('a', Uint8Array.of(1)), frame('b', Uint8Array.of(2))),
    );
    for await (const { name } of frames) {
      expect(name).toBe('a');
      break;
    }
    expect(released).toBe(true);
  });

  it('stops with the error of the source', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield Uint8Array.of(0);
      throw new Error('connection lost');
    }
    await expect(Array.fromAsync(decodeBatch(broken()))).rejects.toThrow('connection lost');
  });
});
