import { setTimeout as sleep } from 'node:timers/promises';
import { textBlobs } from '@waybill/blob-store/suite';
import { describe, expect, test } from 'vitest';
import type { ObjectClient, ObjectInfo } from '../src/object-client.ts';
import { objectNames } from '../src/object-names.ts';
import { S3BlobStore } from '../src/s3-blob-store.ts';

const names = objectNames('');
const keys = textBlobs('blob', 100).map(({ key }) => key);

/** A service that knows when its objects were written, and nothing else. */
function fakeService(head: (name: string) => Promise<ObjectInfo | undefined>) {
  const requests: string[] = [];
  const client = {
    head: (name: string) => {
      requests.push(`HEAD ${name}`);
      return head(name);
    },
    put: (name: string) => {
      requests.push(`PUT ${name}`);
      return Promise.resolve('put');
    },
    close: () => undefined,
  } as unknown as ObjectClient;
  const parts = { client, names, conditionalWrites: true, concurrency: 4, freshMs: 1000, now: () => 10_000 };
  return { requests, store: new S3BlobStore(parts) };
}

describe('a call for many blobs', () => {
  test('stops at the first failure, and has nothing under way when it ends', async () => {
    let underWay = 0;
    const failure = new Error('503 Slow Down');
    const { requests, store } = fakeService(async (name) => {
      underWay += 1;
      await sleep(name === names.blob(keys[2]!) ? 1 : 20);
      underWay -= 1;
      if (name === names.blob(keys[2]!)) throw failure;
      return undefined;
    });
    await expect(store.hasMany(keys)).rejects.toBe(failure);
    expect(underWay).toBe(0);
    expect(requests).toHaveLength(4);
    await sleep(30);
    expect(requests).toHaveLength(4);
  });

  test('asks for each blob once, and marks those whose mark is old', async () => {
    const [fresh, old, missing] = keys as [(typeof keys)[0], (typeof keys)[0], (typeof keys)[0]];
    const { requests, store } = fakeService((name) => {
      const sizeBytes = fresh.sizeBytes;
      if (name === names.blob(fresh)) return Promise.resolve({ name, sizeBytes, modifiedAtMs: 9500 });
      if (name === names.blob(old)) return Promise.resolve({ name, sizeBytes, modifiedAtMs: 100 });
      return Promise.resolve(undefined);
    });
    expect(await store.hasMany([fresh, old, missing], { touch: true })).toEqual([true, true, false]);
    expect(requests.filter((request) => request === `HEAD ${names.blob(old)}`)).toHaveLength(1);
    expect(requests.filter((request) => request.startsWith('PUT'))).toEqual([`PUT ${names.touch(old)}`]);
  });
});
