import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sha256 } from '@waybill/digest';
import { BlobDigestMismatchError } from '@waybill/blob-store';
import { source } from '@waybill/blob-store/suite';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { createFsBlobStore } from '../src/fs-blob-store.ts';
import { HashThread } from '../src/hash-thread.ts';
import { HashThreads } from '../src/hash-threads.ts';
import { InlineHasher, type StreamHasher } from '../src/stream-hasher.ts';
import { ThreadedHasher } from '../src/threaded-hasher.ts';

const MIB = 1024 * 1024;
const LARGE = 17 * MIB;

async function digestOf(hasher: StreamHasher, parts: readonly Uint8Array[]): Promise<Uint8Array> {
  for (const part of parts) {
    const buffer = hasher.allocate(part.length);
    buffer.set(part);
    await hasher.update(buffer);
  }
  const { bytes } = await hasher.finish();
  hasher.release();
  return bytes;
}

describe('hashing threads', () => {
  test('give the same digests as hashing in place, of several contents at once', async () => {
    const threads = new HashThreads(1);
    const contents = Array.from({ length: 5 }, (_content, index) => randomBytes(1000 * index + 1));
    const digests = await Promise.all(
      contents.map((content) => digestOf(threads.hasher(LARGE), [content.subarray(0, 300), content.subarray(300)])),
    );
    expect(digests).toEqual(contents.map((content) => sha256(content).bytes));
    await threads.close();
  });

  test('are used for what is large, where there is a processor for them', async () => {
    const threads = new HashThreads(1);
    const hashers = [threads.hasher(MIB), threads.hasher(LARGE), new HashThreads(0).hasher(LARGE)];
    expect(hashers.map((hasher) => hasher.constructor)).toEqual([InlineHasher, ThreadedHasher, InlineHasher]);
    for (const hasher of hashers) hasher.release();
    await threads.close();
    expect(threads.hasher(LARGE)).toBeInstanceOf(InlineHasher);
  });

  test('forget a content that is given up, and go on with the others', async () => {
    const threads = new HashThreads(1);
    const [given, kept] = [threads.hasher(LARGE), threads.hasher(LARGE)];
    const buffer = given.allocate(100);
    void given.update(buffer);
    given.release();
    given.release();
    expect(await digestOf(kept, [Buffer.from('kept')])).toEqual(sha256(Buffer.from('kept')).bytes);
    await threads.close();
  });

  test('that end by themselves fail what they were at, and are replaced', async () => {
    const thread = new HashThread();
    const hasher = new ThreadedHasher(thread, () => undefined);
    const updated = hasher.update(hasher.allocate(10));
    await thread.end();
    await expect(updated.then(() => hasher.finish())).rejects.toThrow('the hashing thread ended');
    await waitFor(() => thread.isBroken, { what: 'the end of the thread' });
    await expect(hasher.finish()).rejects.toThrow('the hashing thread ended');
    hasher.release();
  });
});

describe('a large upload', () => {
  const content = randomBytes(LARGE);
  const key = { digest: sha256(content), sizeBytes: LARGE };

  test('is hashed aside and stored as it came, also when the memory of its chunks is used anew', async () => {
    await using directory = await temporaryDirectory();
    const store = await createFsBlobStore({ root: directory.path });
    expect(store.copiesChunks).toBe(true);
    expect(await store.put(key, inOneBuffer(content))).toBe('stored');
    expect(readFileSync(store.blobPath(key)).equals(content)).toBe(true);
    await store.close();
  });

  test('with one wrong byte is refused; one that breaks off goes on where it was, and is right', async () => {
    await using directory = await temporaryDirectory();
    const store = await createFsBlobStore({ root: directory.path });
    const wrong = Buffer.from(content);
    wrong[LARGE - 1] = (wrong[LARGE - 1] ?? 0) ^ 1;
    await expect(store.put(key, inOneBuffer(wrong))).rejects.toBeInstanceOf(BlobDigestMismatchError);
    const half = await store.partials.open(key);
    await half.append(source([content.subarray(0, 9 * MIB)]));
    await half.close();
    const rest = await store.partials.open(key);
    expect(rest.offset).toBe(9 * MIB);
    await rest.append(inOneBuffer(content.subarray(9 * MIB)));
    expect(await rest.finish()).toBe('stored');
    expect(readFileSync(store.blobPath(key)).equals(content)).toBe(true);
    await store.close();
  });
});

/** Chunks of 64 KiB, all of them in the same memory. */
async function* inOneBuffer(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const memory = new Uint8Array(64 * 1024);
  for (let at = 0; at < bytes.length; at += memory.length) {
    const part = bytes.subarray(at, at + memory.length);
    memory.set(part);
    yield await Promise.resolve(memory.subarray(0, part.length));
    memory.fill(0xff);
  }
}
