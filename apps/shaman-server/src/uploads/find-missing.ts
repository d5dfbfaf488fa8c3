import { type BlobKey, type BlobStore, formatBlobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import type { MissingFile, ShamanFile } from '@waybill/shaman-protocol';
import { DigestSet } from '../state/digest-set.ts';
import type { PinStore } from '../state/pins.ts';
import type { UploadCoordinator } from './upload-coordinator.ts';

export interface MissingServices {
  readonly store: Pick<BlobStore, 'hasMany'>;
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
  const { unique, keys } = firstOfEach(files, files.map(keyOf));
  await pins.pin(keys, options);
  const isThere = await store.hasMany(keys, { ...options, touch: true });
  const missing = unique.filter((_file, index) => isThere[index] !== true);
  if (missing.length === 0) return [];
  const missingKeys = keys.filter((_key, index) => isThere[index] !== true);
  const uploading = await uploads.areUploading(missingKeys, options);
  return missing.map(({ sha, sizeBytes, path }, index) => {
    return { sha, sizeBytes, path, status: uploading[index] === true ? 'uploading' : 'unknown' };
  });
}

/** The parser has checked the text already: a definition may have 100,000 of them. */
function keyOf({ sha, sizeBytes }: ShamanFile): BlobKey {
  return { digest: { algorithm: 'sha256', bytes: Buffer.from(sha, 'hex') }, sizeBytes };
}

/**
 * The first file of each content. Most contents are there once, and by far the cheapest way to see that is a set of the digests'
 * first bits. Two sizes of one digest cannot both be right, but that is for the upload to find out.
 */
function firstOfEach(files: readonly ShamanFile[], keys: readonly BlobKey[]) {
  const seen = new DigestSet(keys.length);
  const repeated = new DigestSet();
  for (const { digest } of keys) if (!seen.add(digest)) repeated.add(digest);
  if (repeated.size === 0) return { unique: files, keys };
  const names = new Set<string>();
  const isFirst = (key: BlobKey): boolean => {
    if (!repeated.has(key.digest)) return true;
    const before = names.size;
    return names.add(formatBlobKey(key)).size > before;
  };
  const first = keys.map(isFirst);
  return { unique: files.filter((_file, index) => first[index]), keys: keys.filter((_key, index) => first[index]) };
}
