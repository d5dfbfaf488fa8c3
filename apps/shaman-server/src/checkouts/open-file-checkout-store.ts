import { realpath, rm } from 'node:fs/promises';
import { ensureDirectory } from '@waybill/common';
import type { BlobLocator } from './blob-locator.ts';
import { FileCheckoutStore } from './file-checkout-store.ts';
import type { FileCheckoutStoreInit } from './file-checkout-store.ts';
import { HiddenFolder } from './hidden-folder.ts';
import type { LinkKind } from './checkout-store.ts';
import { chooseLinkKind } from './link-kinds.ts';

/** Opens the checkouts below a root, chooses how to link, and removes what killed processes left behind. */
export async function openFileCheckoutStore(init: FileCheckoutStoreInit): Promise<FileCheckoutStore> {
  const { links = 'auto', durability = 'full' } = init;
  await ensureDirectory(init.root, { durability });
  const root = await realpath(init.root);
  const hidden = new HiddenFolder(root);
  await hidden.prepare(durability);
  const kind = links === 'auto' ? await probe(hidden, init.locator) : links;
  const store = new FileCheckoutStore(root, kind, hidden, init);
  await store.sweep();
  return store;
}

async function probe(hidden: HiddenFolder, locator: BlobLocator): Promise<LinkKind> {
  const folder = await hidden.createBuilding();
  try {
    return await chooseLinkKind(folder, locator.root);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
