import { describe, expect, it } from 'vitest';
import { md5 } from '../../src/targets/s3/content-etag.ts';
import { ObjectMismatchError, ObjectSender } from '../../src/targets/s3/object-sender.ts';
import type { ObjectStore, StoredPart, UnfinishedUpload } from '../../src/targets/s3/object-store.ts';
import { listen, noise, pieceEntry } from '../support/target-harness.ts';

const PART = 8 * 1024 * 1024;

/** Remembers what it is told; some part may fail. */
function memoryStore(faults: { failAt?: number; wrongEtag?: boolean } = {}) {
  const parts: StoredPart[] = [];
  const log: string[] = [];
  const store: ObjectStore = {
    list: () => Promise.resolve(new Map()),
    put: (key, bytes) => {
      log.push(`put ${key}`);
      return Promise.resolve(faults.wrongEtag === true ? 'f'.repeat(32) : md5(bytes));
    },
    listUnfinished: () => Promise.resolve([]),
    listParts: () => Promise.resolve(parts),
    beginUpload: (key) => Promise.resolve({ key, uploadId: 'new' }),
    putPart: (upload, number, bytes) => {
      log.push(`part ${upload.uploadId} ${number}`);
      if (number === faults.failAt) return Promise.reject(new Error('the line is broken'));
      return Promise.resolve(md5(bytes));
    },
    completeUpload: (_upload, all) => {
      log.push(`complete ${all.length}`);
      return Promise.resolve();
    },
    [Symbol.dispose]: () => undefined,
  };
  return { store, parts, log };
}

function sender(store: ObjectStore, unfinished: readonly UnfinishedUpload[] = []): ObjectSender {
  const { progress } = listen();
  return new ObjectSender({
    ...{ store, progress, concurrency: 2, present: new Map() },
    unfinished: new Map(unfinished.map((upload) => [upload.key, upload])),
  });
}

describe('ObjectSender', () => {
  it('sends again a part that has the right length and another content', async () => {
    const bytes = noise('x', 2 * PART + 1);
    const { store, parts, log } = memoryStore();
    parts.push({ number: 1, sizeBytes: PART, etag: md5(bytes.subarray(0, PART)) });
    parts.push({ number: 2, sizeBytes: PART, etag: 'f'.repeat(32) });
    const upload = { key: 'x', uploadId: 'old' };
    await sender(store, [upload]).send('x', pieceEntry('x', bytes), {});
    expect(log.sort()).toEqual(['complete 3', 'part old 2', 'part old 3']);
  });

  it('does not complete an upload of which a part has failed', async () => {
    const { store, log } = memoryStore({ failAt: 2 });
    const sending = sender(store).send('x', pieceEntry('x', noise('x', 3 * PART)), {});
    await expect(sending).rejects.toThrow('the line is broken');
    expect(log.some((line) => line.startsWith('complete'))).toBe(false);
  });

  it('does not believe a service that got other bytes than were sent', async () => {
    const { store } = memoryStore({ wrongEtag: true });
    await expect(sender(store).send('x', pieceEntry('x', noise('x', 10)), {})).rejects.toThrow(ObjectMismatchError);
  });
});
