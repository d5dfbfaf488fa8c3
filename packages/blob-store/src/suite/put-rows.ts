import { describe, expect, test } from 'vitest';
import { blobBytes } from '../blob-bytes.ts';
import { BlobDigestMismatchError, BlobLengthMismatchError } from '../blob-errors.ts';
import type { BlobStore } from '../blob-store.ts';
import { chunksOf, keyOf, source, stuckSource, textBlob } from './suite-blobs.ts';
import { type SuiteContext, testWhen } from './suite-setup.ts';

/** Adapters may treat what is small in another way. */
const bothSizes: [string, number][] = [
  ['some bytes', 1000],
  ['some hundred kilobytes', 700_000],
];

async function expectNothing(store: BlobStore, ...keys: Parameters<BlobStore['has']>[0][]): Promise<void> {
  for (const key of keys) expect(await store.has(key)).toBe(false);
  expect(await Array.fromAsync(store.list())).toEqual([]);
}

/** Gives every chunk in the same memory. */
async function* overwritten(content: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  const memory = new Uint8Array(chunkBytes);
  for (const chunk of chunksOf(content, chunkBytes)) {
    memory.set(chunk);
    yield await Promise.resolve(memory.subarray(0, chunk.length));
    memory.fill(0);
  }
}

export function putRows({ withStore, supports }: SuiteContext): void {
  describe('put', () => {
    test('stores a content in memory, and tells on the second time that it exists', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('one');
        expect(await store.put(key, content)).toBe('stored');
        expect(await store.has(key)).toBe(true);
        expect(Buffer.from(await blobBytes(await store.get(key)))).toEqual(content);
        expect(await store.put(key, content)).toBe('exists');
      }));

    test('stores a stream, in chunks of any size', () =>
      withStore(async (store) => {
        for (const chunkBytes of [1, 7, 4096, 100_000]) {
          const { key, content } = textBlob(`chunks of ${chunkBytes}`, chunkBytes * 50);
          expect(await store.put(key, source(chunksOf(content, chunkBytes)))).toBe('stored');
          expect(Buffer.from(await blobBytes(await store.get(key))).equals(content)).toBe(true);
        }
      }));

    test.each(bothSizes)(
      'is done with a chunk when it asks for the next one, where it says so: %s',
      (_size, sizeBytes) =>
        withStore(async (store) => {
          const { key, content } = textBlob('chunks that are used anew', sizeBytes);
          const chunks = store.copiesChunks === true ? overwritten(content, 300) : source(chunksOf(content, 300));
          expect(await store.put(key, chunks)).toBe('stored');
          expect(Buffer.from(await blobBytes(await store.get(key))).equals(content)).toBe(true);
        }),
    );

    test('stores the empty blob, in memory and as a stream of nothing or of empty chunks', async () => {
      const key = keyOf(new Uint8Array());
      for (const content of [new Uint8Array(), source([]), source([new Uint8Array(), new Uint8Array()])]) {
        await withStore(async (store) => {
          expect(await store.put(key, content)).toBe('stored');
          expect(await store.has(key)).toBe(true);
          expect(await blobBytes(await store.get(key))).toHaveLength(0);
        });
      }
    });

    test('does not look at the content of what is there already', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('there');
        await store.put(key, content);
        const other = source([Buffer.from('something else')]);
        expect(await store.put(key, other)).toBe('exists');
        expect(other).toMatchObject({ pulled: 0, ended: false });
      }));

    test.each(bothSizes)(
      'refuses another digest, in memory and as a stream, and stores nothing: %s',
      (_size, moreBytes) =>
        withStore(async (store) => {
          const { key, content } = textBlob('right', moreBytes);
          const wrong = Buffer.from(content).reverse();
          const error = { expected: key.digest, actual: keyOf(wrong).digest, retryable: true };
          for (const one of [wrong, source(chunksOf(wrong, 70_000))]) {
            const put = store.put(key, one);
            await expect(put).rejects.toBeInstanceOf(BlobDigestMismatchError);
            await expect(put).rejects.toMatchObject(error);
          }
          await expectNothing(store, key, keyOf(wrong));
          expect(await store.put(key, content)).toBe('stored');
        }),
    );

    test.each(bothSizes)('refuses a body that ends one byte early: %s', (_size, moreBytes) =>
      withStore(async (store) => {
        const { key, content } = textBlob('short', moreBytes);
        const short = content.subarray(0, -1);
        for (const one of [short, source(chunksOf(short, 70_000))]) {
          const put = store.put(key, one);
          await expect(put).rejects.toBeInstanceOf(BlobLengthMismatchError);
          await expect(put).rejects.toMatchObject({ expectedBytes: key.sizeBytes, actualBytes: key.sizeBytes - 1 });
        }
        await expectNothing(store, key);
      }),
    );

    test.each(bothSizes)('rejects a body one byte longer than declared, without reading on: %s', (_size, moreBytes) =>
      withStore(async (store) => {
        const { key, content } = textBlob('long', moreBytes);
        const long = Buffer.concat([content, Buffer.alloc(1)]);
        await expect(store.put(key, long)).rejects.toBeInstanceOf(BlobLengthMismatchError);
        const chunks = chunksOf(content, 70_000);
        const endless = source(
          (function* () {
            yield* chunks;
            for (;;) yield Buffer.alloc(1);
          })(),
        );
        const put = store.put(key, endless);
        await expect(put).rejects.toBeInstanceOf(BlobLengthMismatchError);
        await expect(put).rejects.toMatchObject({ expectedBytes: key.sizeBytes, actualBytes: key.sizeBytes + 1 });
        expect(endless).toMatchObject({ pulled: chunks.length + 1, ended: true });
        await expectNothing(store, key);
      }),
    );

    test('passes on what the source fails with, and stores nothing', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('breaks', 500);
        const failure = new Error('the connection broke');
        await expect(store.put(key, source(chunksOf(content, 100).slice(0, 3), failure))).rejects.toBe(failure);
        await expectNothing(store, key);
      }));

    test('does nothing when it is aborted before it begins', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('never begun');
        const reason = new Error('not wanted');
        const stream = source([content]);
        await expect(store.put(key, content, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
        await expect(store.put(key, stream, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
        expect(stream.pulled).toBe(0);
        await expectNothing(store, key);
      }));

    test('ends at once when it is aborted while the source gives nothing, and stores nothing', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('stuck', 1000);
        const reason = new Error('enough');
        const abort = new AbortController();
        const stuck = stuckSource(chunksOf(content, 300).slice(0, 2));
        const put = store.put(key, stuck, { signal: abort.signal });
        await stuck.waiting;
        abort.abort(reason);
        await expect(put).rejects.toBe(reason);
        await expectNothing(store, key);
        expect(await store.put(key, content)).toBe('stored');
      }));

    test('stores one of many puts of one key at once, and tells the others that it exists', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('wanted by all', 20_000);
        const puts = Array.from({ length: supports.concurrentPuts }, async (_, index) => {
          const outcome = await store.put(key, index % 2 === 0 ? content : source(chunksOf(content, 3000)));
          // Whoever has got an answer can rely on it.
          expect(Buffer.from(await blobBytes(await store.get(key))).equals(content)).toBe(true);
          return outcome;
        });
        const outcomes = await Promise.all(puts);
        expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
        expect(await Array.fromAsync(store.list())).toHaveLength(1);
      }));

    test('judges each of many puts of one key at once by its own content', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('one is right', 5000);
        const wrong = Buffer.from(content);
        wrong[2500] = 1 + (wrong[2500] ?? 0);
        const { promise: opened, resolve: open } = Promise.withResolvers<unknown>();
        // All have begun before the first one can end: so nobody finds it there.
        const contents = [wrong, wrong.subarray(0, -1), content, Buffer.concat([content, wrong]), content, wrong];
        let begun = 0;
        const gated = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
          if ((begun += 1) === contents.length) open(undefined);
          yield bytes.subarray(0, 1000);
          await opened;
          yield bytes.subarray(1000);
        };
        const puts = contents.map((bytes) => store.put(key, gated(bytes)));
        const settled = await Promise.allSettled(puts);
        const names = settled.map((one) => (one.status === 'fulfilled' ? 'right' : (one.reason as Error).name));
        const digest = 'BlobDigestMismatchError';
        const length = 'BlobLengthMismatchError';
        expect(names).toEqual([digest, length, 'right', length, 'right', digest]);
        expect(settled.filter((one) => one.status === 'fulfilled' && one.value === 'stored')).toHaveLength(1);
        expect(Buffer.from(await blobBytes(await store.get(key))).equals(content)).toBe(true);
      }));

    test('keeps blobs of one digest and two lengths apart', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('a length', 10);
        const longer = { ...key, sizeBytes: key.sizeBytes + 1 };
        await store.put(key, content);
        expect(await store.has(longer)).toBe(false);
        await expect(store.put(longer, content)).rejects.toBeInstanceOf(BlobLengthMismatchError);
        expect(await store.hasMany([longer, key])).toEqual([false, true]);
      }));

    testWhen(supports.truncate)('replaces what has lost bytes', () =>
      withStore(async (store, { truncate }) => {
        const { key, content } = textBlob('lost some', 100);
        await store.put(key, content);
        await truncate(key, 50);
        expect(await store.has(key)).toBe(false);
        expect(await store.put(key, content)).toBe('stored');
        expect(Buffer.from(await blobBytes(await store.get(key))).equals(content)).toBe(true);
      }),
    );
  });
}
