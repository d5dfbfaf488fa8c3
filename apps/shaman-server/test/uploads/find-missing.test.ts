import { type BlobKey, formatBlobKey } from '@waybill/blob-store';
import type { ShamanFile } from '@waybill/shaman-protocol';
import { expect, it } from 'vitest';
import { findMissing } from '../../src/uploads/find-missing.ts';

const SHA = 'ab'.repeat(32);
/** Another content whose digest begins with the same 64 bits. */
const TWIN = `${SHA.slice(0, 16)}${'cd'.repeat(24)}`;

const file = (path: string, sha: string, sizeBytes = 10): ShamanFile => ({ path, sha, sizeBytes });

/** Services of a store that has these, and notes in which order it was asked. */
function openScene(stored: readonly ShamanFile[]) {
  const calls: string[] = [];
  const names = new Set(stored.map(({ sha, sizeBytes }) => `${sha}-${sizeBytes}`));
  const services = {
    pins: {
      pin: (keys: readonly BlobKey[]) => {
        calls.push(`pin ${keys.length}`);
        return Promise.resolve();
      },
    },
    store: {
      hasMany: (keys: readonly BlobKey[], { touch = false }: { touch?: boolean | undefined } = {}) => {
        calls.push(`hasMany ${keys.length} ${touch}`);
        return Promise.resolve(keys.map((key) => names.has(formatBlobKey(key))));
      },
    },
    uploads: {
      areUploading: (keys: readonly BlobKey[]) => Promise.resolve(keys.map(({ sizeBytes }) => sizeBytes > 100)),
    },
  };
  return { calls, services };
}

it('names each content that is missing once, under its first path, and what is on its way', async () => {
  const files = [
    file('a', SHA),
    file('b', TWIN),
    file('c', SHA),
    file('d', SHA, 200),
    file('e', 'f'.repeat(64)),
    file('f', TWIN),
  ];
  const { calls, services } = openScene([file('e', 'f'.repeat(64))]);
  expect(await findMissing(services, files)).toEqual([
    { ...file('a', SHA), status: 'unknown' },
    { ...file('b', TWIN), status: 'unknown' },
    { ...file('d', SHA, 200), status: 'uploading' },
  ]);
  // Pinned before it is looked for, or a collection could take it in between.
  expect(calls).toEqual(['pin 4', 'hasMany 4 true']);
});

it('has nothing to say of what is all there', async () => {
  const files = [file('a', SHA), file('b', TWIN)];
  expect(await findMissing(openScene(files).services, files)).toEqual([]);
});
