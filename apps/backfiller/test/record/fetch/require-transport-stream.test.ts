import { ResponseInvalidError } from '@waybill/http-kit';
import { describe, expect, it } from 'vitest';
import { requireTransportStream } from '../../../src/record/fetch/require-transport-stream.ts';

const PACKET = Buffer.concat([Buffer.of(0x47), Buffer.alloc(187, 'x')]);
const TWO = Buffer.concat([PACKET, PACKET]);

/** Content in pieces of a size; breaks off behind them where it is told to. */
async function* pieces(bytes: Uint8Array, size: number, failure?: Error): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
  if (failure !== undefined) throw failure;
}

/** What comes out, and with which error it ends. */
async function drain(source: AsyncIterable<Uint8Array>): Promise<{ bytes: Buffer; error?: unknown }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of requireTransportStream(source, 'http://x/')) chunks.push(chunk);
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error };
  }
  return { bytes: Buffer.concat(chunks) };
}

describe('content that is checked to be MPEG-TS', () => {
  it.each([1, 187, 188, 189, 1000])('passes as it is in pieces of %i bytes', async (size) => {
    for (const bytes of [Buffer.alloc(0), PACKET, TWO, Buffer.concat([TWO, Buffer.from('cut packet')])])
      expect(await drain(pieces(bytes, size))).toEqual({ bytes });
  });

  it.each([
    ['that begins with something else', Buffer.concat([Buffer.of(0), TWO]), 'does not begin with 0x47'],
    ['without a second packet', Buffer.concat([PACKET, Buffer.of(0), PACKET]), 'no 0x47 at byte 188'],
    ['that is shorter than a packet', PACKET.subarray(0, 187), 'shorter than a packet'],
    ['that is packed audio', Buffer.from('ID3\x04'.padEnd(300)), 'ID3'],
  ])('%s gives no byte and an error', async (_title, bytes, why) => {
    for (const size of [1, 188, 1000]) {
      const { bytes: passed, error } = await drain(pieces(bytes, size));
      expect(passed).toHaveLength(0);
      expect(error).toBeInstanceOf(ResponseInvalidError);
      expect(String(error)).toContain(why);
    }
  });

  it('that breaks off gives what came, also of the first packet, and the error', async () => {
    const failure = new Error('broken');
    for (const bytes of [Buffer.alloc(0), PACKET.subarray(0, 10), PACKET, TWO])
      expect(await drain(pieces(bytes, 5, failure))).toEqual({ bytes, error: failure });
    const { bytes, error } = await drain(pieces(Buffer.from('<html>'), 2, failure));
    expect({ bytes: bytes.length, name: (error as Error).name }).toEqual({ bytes: 0, name: 'ResponseInvalidError' });
  });

  it('has its source left when it is left, or is wrong', async () => {
    let left = 0;
    async function* source(first: Uint8Array): AsyncGenerator<Uint8Array> {
      try {
        for (let count = 0; count < 100; count += 1) yield await Promise.resolve(first);
      } finally {
        left += 1;
      }
    }
    for await (const chunk of requireTransportStream(source(TWO), 'http://x/')) {
      expect(chunk).toHaveLength(TWO.length);
      break;
    }
    expect(left).toBe(1);
    expect((await drain(source(Buffer.alloc(400)))).error).toBeInstanceOf(ResponseInvalidError);
    expect(left).toBe(2);
  });
});
