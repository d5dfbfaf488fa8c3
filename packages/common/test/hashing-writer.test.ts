import { sha256 } from '@waybill/digest';
import { expect, test } from 'vitest';
import { HashingWriter } from '../src/hashing-writer.ts';

const bytes = Buffer.from('everything that went through');

test('sums up what was written in pieces as if it were one', () => {
  const writer = new HashingWriter();
  for (const byte of bytes) writer.write(Uint8Array.of(byte));
  expect(writer.sizeBytes).toBe(28);
  expect(writer.finish()).toEqual({ sizeBytes: 28, digest: sha256(bytes) });
});

test('sums up nothing', () => {
  expect(new HashingWriter().finish()).toEqual({ sizeBytes: 0, digest: sha256(new Uint8Array()) });
});

test('passes a stream on unchanged', async () => {
  const writer = new HashingWriter();
  const source = (async function* () {
    yield await Promise.resolve(bytes.subarray(0, 5));
    yield bytes.subarray(5);
  })();
  expect(Buffer.concat(await Array.fromAsync(writer.through(source)))).toEqual(bytes);
  expect(writer.finish().digest).toEqual(sha256(bytes));
});
