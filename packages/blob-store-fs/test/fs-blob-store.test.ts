import { rm, symlink, truncate } from 'node:fs/promises';
import type { BlobStore } from '@waybill/blob-store';
import { blobStoreSuite } from '@waybill/blob-store/suite';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe } from 'vitest';
import { createFsBlobStore } from '../src/index.ts';

describe('the file-system store', () => {
  blobStoreSuite({
    create: async () => {
      const directory = await temporaryDirectory();
      const open = (): ReturnType<typeof createFsBlobStore> => createFsBlobStore({ root: directory.path });
      const store = await open();
      const stores: BlobStore[] = [store];
      return {
        store,
        reopen: async () => {
          const again = await open();
          stores.push(again);
          return again;
        },
        truncate: (key, sizeBytes) => truncate(store.blobPath(key), sizeBytes),
        // Root may read everything; a link that leads to itself, nobody.
        makeUnreadable: async (key) => {
          await rm(store.blobPath(key));
          await symlink(store.blobPath(key), store.blobPath(key));
        },
        dispose: async () => {
          for (const one of stores) await one.close();
          await directory[Symbol.asyncDispose]();
        },
      };
    },
  });
});
