import type { BlobKey, BlobStore } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import type { MissingFile, ShamanFile } from '@waybill/shaman-protocol';
import type { PinStore } from '../state/pins.ts';
import type { UploadCoordinator } from './upload-coordinator.ts';

export interface MissingServices {
  readonly store: Pick<BlobStore, 'touch' | 'hasMany'>;
  readonly pins: Pick<PinStore, 'pin'>;
  readonly uploads: Pick<UploadCoordinator, 'areUploading'>;
}

/**
 * Which files of a definition are still to be sent: each content once, under the first of its paths (spec section 1). The
 * others are pinned and touched, so that they are there when the checkout is made.
 */
export async function findMissing(
  { store, pins, uploads }: MissingServices,
  files: readonly ShamanFile[],
  options: AbortOptions = {},
): Promise<MissingFile[]> {
  const unique = firstOfEach(files);
  const keys = unique.map(keyOf);
  await pins.pin(keys, options);
  const isThere = await touchPresent(store, keys, options);
  const missing = unique.filter((_file, index) => isThere[index] !== true);
  if (missing.length === 0) return [];
  const missingKeys = keys.filter((_key, index) => isThere[index] !== true);
  const uploading = await uploads.areUploading(missingKeys, options);
  return missing.map((file, index) => ({ ...file, status: uploading[index] === true ? 'uploading' : 'unknown' }));
}

/**
 * What was there when it was touched, no collection takes away (`PinStore`). The look before tells what is whole and durable,
 * and spares the touch of what is missing, which on a file system costs ten times as much as a look.
 */
async function touchPresent(
  store: MissingServices['store'],
  keys: readonly BlobKey[],
  options: AbortOptions,
): Promise<boolean[]> {
  const before = await store.hasMany(keys, options);
  const candidates = keys.filter((_key, index) => before[index] === true);
  if (candidates.length === 0) return before;
  const touched = await store.touch(candidates, options);
  let at = 0;
  return before.map((wasThere) => wasThere && touched[at++] === true);
}

/** The parser has checked the text already: a definition may have 100,000 of them. */
function keyOf({ sha, sizeBytes }: ShamanFile): BlobKey {
  return { digest: { algorithm: 'sha256', bytes: Buffer.from(sha, 'hex') }, sizeBytes };
}

/** Two sizes of one digest cannot both be right, but that is for the upload to find out. */
function firstOfEach(files: readonly ShamanFile[]): ShamanFile[] {
  const sizes = new Map<string, number | Set<number>>();
  return files.filter(({ sha, sizeBytes }) => {
    const known = sizes.get(sha);
    if (known === undefined) sizes.set(sha, sizeBytes);
    else if (known === sizeBytes || (known instanceof Set && known.has(sizeBytes))) return false;
    else sizes.set(sha, (known instanceof Set ? known : new Set([known])).add(sizeBytes));
    return true;
  });
}
