import { createMemoryBlobStore } from '@waybill/blob-store';
import { expect, it } from 'vitest';
import { SpaceGuard } from '../../src/limits/space-guard.ts';
import { StoreUsage } from '../../src/limits/store-usage.ts';
import { appendUpload, uploadState } from '../../src/uploads/append-upload.ts';
import { createLocalUploadCoordinator } from '../../src/uploads/local-upload-coordinator.ts';
import { makeFile } from './support.ts';

const { key, content } = makeFile(1, 5000);

/** A store with the file, last referred to at 1,000, and a clock that stands at 2,000. */
async function openScene() {
  let nowMs = 1000;
  const store = createMemoryBlobStore({ now: () => nowMs });
  await store.put(key, content);
  nowMs = 2000;
  const { partials } = store;
  if (partials === undefined) throw new Error('the store has no partial uploads');
  const services = {
    ...{ store, partials, uploads: createLocalUploadCoordinator(), pins: { renewFor: () => undefined } },
    space: new SpaceGuard({ usage: new StoreUsage(store) }),
  };
  return { store, services };
}

it('keeps a file from collections of which it says that it is complete', async () => {
  const { store, services } = await openScene();
  expect(await uploadState(services, key)).toEqual({ offset: 5000, isComplete: true });
  expect(await store.delete(key, { ifReferencedBeforeMs: 2000 })).toBe(false);
});

it('does the same where more of it is sent, and reads nothing of that', async () => {
  const { store, services } = await openScene();
  const unread = (): never => {
    throw new Error('this is not needed');
  };
  const part = { key, offset: 0, acquireSlot: unread, openBody: unread };
  expect(await appendUpload(services, part)).toEqual({ offset: 5000, isComplete: true });
  expect(await store.delete(key, { ifReferencedBeforeMs: 2000 })).toBe(false);
});
