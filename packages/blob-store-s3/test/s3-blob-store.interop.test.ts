import { readdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatBlobKey } from '@waybill/blob-store';
import { blobStoreSuite, chunksOf, keyOf, source, textBlob } from '@waybill/blob-store/suite';
import { hasS3Server, type S3Server, skipWithout, startS3Server, waitFor } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAwsObjectClient } from '../src/aws-object-client.ts';
import { openS3BlobStore, parseStoreLocation, type S3BlobStore } from '../src/index.ts';
import type { ObjectClient } from '../src/object-client.ts';

const REASON = 'needs versitygw, a real S3-compatible server (go install github.com/versity/versitygw/cmd/versitygw)';
let server: S3Server | undefined;
let stores = 0;

beforeAll(async () => {
  if (hasS3Server()) server = await startS3Server();
});
afterAll(() => server?.[Symbol.asyncDispose]());

interface Opened {
  readonly store: S3BlobStore;
  readonly folder: string;
  readonly open: (client?: (client: ObjectClient) => ObjectClient) => Promise<S3BlobStore>;
}

/** A store in a folder of its own within the bucket. */
async function openStore(): Promise<Opened> {
  if (server === undefined) throw new Error(REASON);
  const { endpoint, bucket, credentials } = server;
  const prefix = `store-${(stores += 1)}`;
  const location = parseStoreLocation(`s3://${bucket}/${prefix}?endpoint=${endpoint}`);
  const open: Opened['open'] = (wrap = (client) => client) => {
    const client = wrap(createAwsObjectClient({ location, credentials }));
    return openS3BlobStore({ location, client, freshMs: 0 });
  };
  return { store: await open(), open, folder: path.join(server.folder, prefix) };
}

describe('the S3 store', () => {
  test('has a server to talk to', (context) => {
    if (server === undefined) skipWithout(context, REASON);
  });

  describe.runIf(hasS3Server())('on versitygw', () => {
    blobStoreSuite({
      create: async () => {
        const { open, folder } = await openStore();
        const unreadable = new Set<string>();
        const store = await open((client) => ({
          ...bound(client),
          head: (name, options) =>
            unreadable.has(path.basename(name))
              ? Promise.reject(new Error('503 Slow Down'))
              : client.head(name, options),
        }));
        return {
          store,
          reopen: () => open(),
          makeUnreadable: async (key) => {
            unreadable.add(formatBlobKey(key));
          },
          truncate: (key, sizeBytes) => {
            const text = formatBlobKey(key);
            return truncate(path.join(folder, 'blobs', text.slice(0, 2), text), sizeBytes);
          },
          dispose: () => store.close(),
        };
      },
      supports: { partials: false, referenceResolutionMs: 1000, concurrentPuts: 40 },
    });

    test('finds that the service heeds conditional writes, and leaves no probe behind', async () => {
      let refused = 0;
      const { folder, open } = await openStore();
      await open((client) => ({
        ...bound(client),
        put: async (...args) => {
          const outcome = await client.put(...args);
          if (outcome === 'refused') refused += 1;
          return outcome;
        },
      }));
      expect(refused).toBe(1);
      expect(await readdir(folder, { recursive: true }).catch(() => [])).not.toContain(expect.stringContaining('-'));
    });

    test('stores what is sent in several parts, and nothing of it when the last byte is wrong', async () => {
      const { store } = await openStore();
      const content = Buffer.alloc(20_000_000, 'a large one ');
      const key = keyOf(content);
      const wrong = Buffer.from(content);
      wrong[wrong.length - 1] = 0;
      await expect(store.put(key, source(chunksOf(wrong, 100_000)))).rejects.toMatchObject({
        code: 'ERR_BLOB_DIGEST_MISMATCH',
      });
      expect(await store.has(key)).toBe(false);
      expect(await store.put(key, source(chunksOf(content, 100_000)))).toBe('stored');
      const { body } = await store.get(key, { start: 19_999_990 });
      expect(Buffer.concat(await Array.fromAsync(body as AsyncIterable<Uint8Array>))).toEqual(
        content.subarray(19_999_990),
      );
    });

    test('is right with a service that ignores conditions', async () => {
      const { open } = await openStore();
      const store = await open((client) => ({
        ...bound(client),
        put: (name, bytes, options) => client.put(name, bytes, { ...options, ifAbsent: false }),
      }));
      const { key, content } = textBlob('no conditions', 5000);
      const puts = Array.from({ length: 10 }, (_, index) =>
        store.put(key, index % 2 === 0 ? content : source(chunksOf(content, 1000))),
      );
      expect((await Promise.all(puts)).filter((outcome) => outcome === 'stored')).toHaveLength(1);
    });

    test('keeps aside what is quarantined, and takes it anew', async () => {
      const { store, folder } = await openStore();
      const { key, content } = textBlob('spoilt', 500);
      await store.put(key, content);
      const name = (await store.quarantine(key)) ?? '';
      expect(await store.has(key)).toBe(false);
      expect(await readdir(path.join(folder, 'quarantine'))).toEqual([path.basename(name)]);
      expect(await store.quarantine(key)).toBeUndefined();
      expect(await store.put(key, content)).toBe('stored');
    });

    test('gives up uploads in parts that nobody finished', async () => {
      const { store, open } = await openStore();
      const content = Buffer.alloc(10_000_000, 'never finished ');
      const { promise: stuck, resolve: isStuck } = Promise.withResolvers<undefined>();
      const crashed = await open((client) => ({ ...bound(client), forget: async () => {} }));
      const { promise: never } = Promise.withResolvers<undefined>();
      void crashed
        .put(
          keyOf(content),
          (async function* () {
            yield* chunksOf(content, 1_000_000).slice(0, 9);
            isStuck(undefined);
            await never;
          })(),
        )
        .catch(() => undefined);
      await stuck;
      await waitFor(async () => (await store.sweep({ maxAgeMs: 0 })).uploads === 1, { timeoutMs: 60_000 });
      expect(await store.sweep({ maxAgeMs: 0 })).toMatchObject({ uploads: 0 });
    });

    test('lists only blobs, with objects of others among them', async () => {
      const { store, folder } = await openStore();
      const { key, content } = textBlob('mine');
      await store.put(key, content);
      await writeFile(path.join(folder, 'blobs', 'README'), 'of somebody else');
      expect((await Array.fromAsync(store.list())).map((info) => formatBlobKey(info.key))).toEqual([
        formatBlobKey(key),
      ]);
    });

    test('says what the service says when the bucket is missing', async () => {
      const { endpoint = '', credentials } = server ?? {};
      const location = parseStoreLocation(`s3://no-such-bucket/x?endpoint=${endpoint}`);
      await expect(openS3BlobStore({ location, ...(credentials && { credentials }) })).rejects.toMatchObject({
        name: 'NoSuchBucket',
      });
    });
  });
});

/** The methods of a client, bound, so that some can be replaced. */
function bound(client: ObjectClient): ObjectClient {
  return {
    head: client.head.bind(client),
    get: client.get.bind(client),
    put: client.put.bind(client),
    putStream: client.putStream.bind(client),
    copy: client.copy.bind(client),
    delete: client.delete.bind(client),
    list: client.list.bind(client),
    unfinished: client.unfinished.bind(client),
    forget: client.forget.bind(client),
    close: client.close.bind(client),
  };
}
