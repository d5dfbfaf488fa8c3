import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createFsBlobStore, type FsBlobStore, type FsBlobStoreInit } from '@waybill/blob-store-fs';
import { formatHex, sha256 } from '@waybill/digest';
import type { ShamanFile } from '@waybill/shaman-protocol';
import type { FileCheckoutStore, FileCheckoutStoreInit } from '../../src/checkouts/file-checkout-store.ts';
import { openFileCheckoutStore } from '../../src/checkouts/open-file-checkout-store.ts';
import { createStoreLocator } from '../../src/checkouts/store-locator.ts';
import { createMemoryPinStore } from '../../src/state/memory-pins.ts';
import type { PinStore } from '../../src/state/pins.ts';

export interface Scene {
  readonly store: FsBlobStore;
  readonly checkouts: FileCheckoutStore;
  readonly pins: PinStore;
  /** Of the checkouts. */
  readonly root: string;
  /** Stores a text and says how a definition names it. */
  put(text: string, path: string): Promise<ShamanFile>;
}

export function fileOf(text: string, path: string): ShamanFile {
  const bytes = Buffer.from(text);
  return { sha: formatHex(sha256(bytes)), sizeBytes: bytes.length, path };
}

/** Laid out as a Flamenco Manager's shared storage: `jobs/` beside `file-store/` (spec 1.2). Nothing is synced. */
export async function openScene(
  storage: string,
  { freshMs, ...init }: Partial<FileCheckoutStoreInit> & Pick<FsBlobStoreInit, 'freshMs'> = {},
): Promise<Scene> {
  const fresh = freshMs === undefined ? {} : { freshMs };
  const store = await createFsBlobStore({ root: join(storage, 'file-store'), durability: 'none', ...fresh });
  const pins = createMemoryPinStore();
  const root = join(storage, 'jobs');
  const locator = createStoreLocator(store);
  const checkouts = await openFileCheckoutStore({ root, locator, pins, durability: 'none', ...init });
  const put = async (text: string, path: string): Promise<ShamanFile> => {
    const bytes = Buffer.from(text);
    await store.put({ digest: sha256(bytes), sizeBytes: bytes.length }, bytes);
    return fileOf(text, path);
  };
  return { store, checkouts, pins, root, put };
}

/** All paths below a folder, sorted; links with their text. Our own hidden folder is left out. */
export function treeOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => !`${entry.parentPath}/`.includes('/.waybill/') && entry.name !== '.waybill')
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(folder.length + 1);
      return entry.isSymbolicLink() ? `${name} -> ${readlinkSync(path)}` : entry.isDirectory() ? `${name}/` : name;
    })
    .sort();
}

/** Trees aside, of builds and erasures. */
export function strays(root: string): string[] {
  return ['building', 'erasing'].flatMap((name) => readdirSync(join(root, '.waybill', name)));
}
