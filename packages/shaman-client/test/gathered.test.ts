import { seededRandom } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { gathered } from '../src/gathered.ts';

async function* source(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** The pieces as they are when they come: their buffer is used over again. */
async function piecesOf(chunks: readonly Uint8Array[], bufferBytes: number): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of gathered(source(chunks), bufferBytes)) pieces.push(Buffer.from(piece));
  return pieces;
}

test('joins small chunks up to the size of its buffer, and passes larger ones on', async () => {
  const chunks = ['ab', 'cd', 'e', 'fghijkl', '', 'mnop', 'q'].map((text) => Buffer.from(text));
  expect((await piecesOf(chunks, 5)).map(String)).toEqual(['abcde', 'fghijkl', 'mnopq']);
  expect(await piecesOf([], 5)).toEqual([]);
});

test('keeps all bytes, whatever the chunks are', async () => {
  const random = seededRandom(1);
  for (let round = 0; round < 200; round += 1) {
    const chunks = Array.from({ length: Math.floor(random() * 20) }, () =>
      Buffer.from(Array.from({ length: Math.floor(random() * 12) }, () => Math.floor(random() * 256))),
    );
    const pieces = await piecesOf(chunks, 1 + Math.floor(random() * 15));
    expect(Buffer.concat(pieces)).toEqual(Buffer.concat(chunks));
    expect(pieces.every(({ length }) => length > 0)).toBe(true);
  }
});
