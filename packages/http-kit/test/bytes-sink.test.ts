import { randomBytes } from 'node:crypto';
import { seededRandom, tierCount } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { BytesSink } from '../src/bytes-sink.ts';
import type { ReceivedBytes } from '../src/bytes-sink.ts';

function collect(chunks: readonly Uint8Array[], announcedBytes: number | undefined): Promise<ReceivedBytes> {
  return new Promise((resolve, reject) => {
    const sink = new BytesSink(resolve, reject);
    sink.head({ status: 200, headers: {}, announcedBytes });
    for (const chunk of chunks) sink.data(chunk);
    sink.end();
  });
}

test('gives the same bytes for any chunking, with and without an announced length', async () => {
  const random = seededRandom(20_260_622);
  for (let run = 0; run < tierCount({ push: 200, nightly: 5000 }); run++) {
    const content = randomBytes(Math.floor(random() * 5000));
    const chunks: Buffer[] = [];
    for (let at = 0; at < content.byteLength;) {
      const end = at + 1 + Math.floor(random() * 1500);
      chunks.push(content.subarray(at, end));
      at = end;
    }
    for (const announcedBytes of [undefined, content.byteLength]) {
      const { bytes } = await collect(chunks, announcedBytes);
      expect(Buffer.from(bytes).equals(content)).toBe(true);
    }
  }
});

test('hands on a body that comes in one piece without copying it', async () => {
  const content = randomBytes(10_000);
  expect((await collect([content], 10_000)).bytes).toBe(content);
  expect((await collect([content], undefined)).bytes).toBe(content);
});

test('takes no memory for an announced length that is not believable', async () => {
  const { bytes } = await collect([Buffer.from('abc'), Buffer.from('def')], 2 ** 40);
  expect(Buffer.from(bytes).toString()).toBe('abcdef');
});
