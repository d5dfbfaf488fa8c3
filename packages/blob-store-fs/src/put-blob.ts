import { closeSync, constants, fsync, linkSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { types, promisify } from 'node:util';
import {
  assertFits,
  BlobDigestMismatchError,
  type BlobKey,
  BlobLengthMismatchError,
  type PutOutcome,
  verifyBlobBytes,
} from '@waybill/blob-store';
import {
  abortableIterable,
  type AbortOptions,
  ContentDigestMismatchError,
  type FileOperations,
  isErrnoException,
  writeAllSync,
  writeFileAtomic,
} from '@waybill/common';
import type { FsBlobs } from './fs-blobs.ts';
import { moveIntoPlace } from './move-into-place.ts';
import { publishUpload, settlePublished } from './publish-upload.ts';
import { UploadFile } from './upload-file.ts';

/** Up to here, a content is gathered in memory and written at once: see `writeFileAtomic` of `@waybill/common`. */
const SMALL_BYTES = 256 * 1024;

type Content = Uint8Array | AsyncIterable<Uint8Array>;

export async function putBlob(
  blobs: FsBlobs,
  key: BlobKey,
  content: Content,
  options: AbortOptions,
): Promise<PutOutcome> {
  options.signal?.throwIfAborted();
  if ((await blobs.has(key)) && blobs.touch(key)) return 'exists';
  if (types.isUint8Array(content)) {
    if (content.length !== key.sizeBytes) throw new BlobLengthMismatchError(key, content.length);
    return content.length <= SMALL_BYTES
      ? await putSmall(blobs, key, content, options)
      : await putStream(blobs, key, slices(content), options);
  }
  return key.sizeBytes <= SMALL_BYTES
    ? await putSmall(blobs, key, await gather(key, content, options), options)
    : await putStream(blobs, key, content, options);
}

async function putStream(
  blobs: FsBlobs,
  key: BlobKey,
  content: AsyncIterable<Uint8Array>,
  options: AbortOptions,
): Promise<PutOutcome> {
  const upload = await UploadFile.create(blobs.newUploadPath(key, 'tmp'), key, blobs);
  try {
    await upload.append(abortableIterable(content, options));
    await upload.verify();
    return await publishUpload(blobs, key, upload, options);
  } catch (error) {
    // The first error is the one that explains; what it leaves behind bears our mark, and a sweep removes it.
    await upload.remove().catch(() => undefined);
    throw error;
  }
}

async function putSmall(blobs: FsBlobs, key: BlobKey, bytes: Uint8Array, options: AbortOptions): Promise<PutOutcome> {
  return await blobs.locked(key, async () => {
    options.signal?.throwIfAborted();
    if ((await blobs.hasLocked(key)) && blobs.touch(key)) {
      verifyBlobBytes(key, bytes);
      return 'exists';
    }
    await writeSmall(blobs, key, bytes, options);
    await settlePublished(blobs, key);
    return 'stored';
  });
}

/** The writer of `@waybill/common` puts its temp file beside the target; ours is led to `uploading/`. */
async function writeSmall(blobs: FsBlobs, key: BlobKey, bytes: Uint8Array, { signal }: AbortOptions): Promise<void> {
  const path = blobs.path(key);
  try {
    await writeFileAtomic(path, bytes, {
      signal,
      expected: key,
      mode: blobs.fileMode,
      // Directories are synced after the rename, by the settler.
      durability: blobs.durability === 'none' ? 'none' : 'file',
      tempName: () => relative(dirname(path), blobs.newSmallUploadPath(key)),
      operations: smallOperations,
    });
  } catch (error) {
    throw error instanceof ContentDigestMismatchError ? new BlobDigestMismatchError(key, error.actual) : error;
  }
}

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** At once, except for the sync: a trip through the thread pool costs more than these calls take. */
const smallOperations: FileOperations = {
  open: (path, mode) => {
    try {
      return openSync(path, CREATE, mode);
    } catch (error) {
      if (!isErrnoException(error, 'ENOENT')) throw error;
      // The first one, or a sweep has removed it while it was empty; it will not do so again at once.
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, CREATE, mode);
    }
  },
  write: (fd, bytes, offset, length) => {
    writeAllSync(fd, bytes.subarray(offset, offset + length));
    return length;
  },
  writeParts: (fd, parts) => {
    for (const part of parts) writeAllSync(fd, part);
    return parts.reduce((sum, { length }) => sum + length, 0);
  },
  sync: promisify(fsync),
  close: closeSync,
  rename: moveIntoPlace,
  link: linkSync,
  unlink: unlinkSync,
};

/** @throws BlobLengthMismatchError; what the source throws; the signal's reason. */
async function gather(key: BlobKey, content: AsyncIterable<Uint8Array>, options: AbortOptions): Promise<Uint8Array> {
  const gathered = Buffer.allocUnsafe(key.sizeBytes);
  let sizeBytes = 0;
  for await (const bytes of abortableIterable(content, options)) {
    assertFits(key, sizeBytes + bytes.length);
    gathered.set(bytes, sizeBytes);
    sizeBytes += bytes.length;
  }
  if (sizeBytes !== key.sizeBytes) throw new BlobLengthMismatchError(key, sizeBytes);
  return gathered;
}

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += SMALL_BYTES)
    yield await Promise.resolve(bytes.subarray(at, at + SMALL_BYTES));
}
