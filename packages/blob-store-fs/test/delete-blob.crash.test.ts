import { utimes } from 'node:fs/promises';
import { formatBlobKey } from '@waybill/blob-store';
import { textBlobs } from '@waybill/blob-store/suite';
import { seededRandom, spawnChild, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { createFsBlobStore } from '../src/index.ts';

/** Each is touched by one process and deleted by another one, by chance at about the same time. */
test('a blob that another process touches while it is being deleted is kept, or was gone before the touch', async () => {
  await using directory = await temporaryDirectory();
  const store = await createFsBlobStore({ root: directory.path });
  const random = seededRandom(7);
  const blobs = textBlobs('raced for', tierCount({ push: 1000, nightly: 20_000 }));
  await store.putMany(blobs);
  for (const { key } of blobs) await utimes(store.blobPath(key), 1, 1);
  const limitMs = Date.now() - 60_000;
  await using child = await spawnChild(new URL('fixtures/toucher.ts', import.meta.url), [directory.path]);
  const lines = child.lines[Symbol.asyncIterator]();
  await lines.next();
  const outcomes = { kept: 0, deleted: 0 };
  for (const { key } of blobs) {
    child.send(`${formatBlobKey(key)}\n`);
    for (const end = performance.now() + random() * 0.4; performance.now() < end;);
    const deleted = await store.delete(key, { ifReferencedBeforeMs: limitMs });
    await lines.next();
    // By now the touch has ended. A blob that it has reached is there, and young.
    expect(await store.has(key)).toBe(!deleted);
    if (!deleted) expect(await store.delete(key, { ifReferencedBeforeMs: limitMs })).toBe(false);
    outcomes[deleted ? 'deleted' : 'kept'] += 1;
  }
  console.log(JSON.stringify(outcomes));
  expect(outcomes.kept).toBeGreaterThan(0);
  expect(outcomes.deleted).toBeGreaterThan(0);
  await store.close();
});
