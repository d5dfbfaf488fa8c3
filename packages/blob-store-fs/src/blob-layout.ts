import { sep } from 'node:path';
import { type BlobKey, blobKey } from '@waybill/blob-store';

/*
 * The layout of both Shaman servers (v2 and v3), so that a store of either is taken over in place:
 *
 *     stored/3f/09ab…/16384.blob                        a blob: only whole, verified files get here, by a rename
 *     │      │  │     └ its length in bytes
 *     │      │  └ the other 62 hex digits of its SHA-256
 *     │      └ the first 2
 *     uploading/3f/09ab…/16384-RAND.tmp                 an upload of the originals, RAND being digits
 *                        16384-MARKnN.tmp               one of ours; MARK tells which process made it, N counts
 *                        16384-MARKnN.partial           a partial upload that this process has open
 *                        16384-free.partial             one that nobody has open
 *     uploading/waybill/small/16384-MARKnN.tmp          an upload of ours that is small
 *                        16384-MARKnN.trash             a blob on its way out
 */

/** What a file in `uploading/` is. A `mark` is there where a process of ours made or owns the file. */
export interface UploadName {
  readonly sizeBytes: number;
  readonly kind: UploadKind;
  readonly mark: string | undefined;
}

export type UploadKind = 'tmp' | 'partial' | 'trash';

const BLOB_NAME = /^(0|[1-9][0-9]{0,15})\.blob$/;
const UPLOAD_NAME = /^(0|[1-9][0-9]{0,15})-(?:([0-9a-f]{12}p[0-9]+s[0-9]+)n[0-9]+|[^.]*)\.(tmp|partial|trash)$/;
const PREFIX = /^[0-9a-f]{2}$/;
const REST = /^[0-9a-f]{62}$/;

export function storedDirectory(root: string, { digest }: BlobKey): string {
  return below(root, `stored/${digestDirectory(digest)}`);
}

export function uploadDirectory(root: string, { digest }: BlobKey): string {
  return below(root, `uploading/${digestDirectory(digest)}`);
}

/** Where small uploads of all digests are: no digest is named like this. */
export function smallUploadDirectory(root: string): string {
  return below(root, 'uploading/waybill/small');
}

/** Where a blob is, or would be. */
export function blobPath(root: string, key: BlobKey): string {
  return `${storedDirectory(root, key)}/${key.sizeBytes}.blob`;
}

/** The key of `stored/PREFIX/REST/NAME`; `undefined` for everything that is no blob's path. */
export function parseBlobPath(prefix: string, rest: string, name: string): BlobKey | undefined {
  const sizeBytes = Number(BLOB_NAME.exec(name)?.[1] ?? NaN);
  if (!isDigestDirectory(prefix, rest) || !Number.isSafeInteger(sizeBytes)) return undefined;
  return blobKey(prefix + rest, sizeBytes);
}

/** Whether a directory may hold blobs. Original servers of v2 took other texts than SHA-256; those are left alone. */
export function isDigestDirectory(prefix: string, rest: string): boolean {
  return PREFIX.test(prefix) && REST.test(rest);
}

export function formatUploadName(sizeBytes: number, mark: string, sequence: number, kind: UploadKind): string {
  return `${sizeBytes}-${mark}n${sequence}.${kind}`;
}

export function formatFreePartialName(sizeBytes: number): string {
  return `${sizeBytes}-free.partial`;
}

/** `undefined` for everything that neither an original nor we have made. */
export function parseUploadName(name: string): UploadName | undefined {
  const [, size = '', mark, kind] = UPLOAD_NAME.exec(name) ?? [];
  if (kind === undefined) return undefined;
  return { sizeBytes: Number(size), kind: kind as UploadKind, mark };
}

/** `join` would cost as much as the system call that the path is for. */
function below(root: string, path: string): string {
  return root.endsWith(sep) ? root + path : `${root}/${path}`;
}

function digestDirectory({ bytes }: BlobKey['digest']): string {
  // A view of what is a Buffer already would be one object more for each of 100,000 keys.
  const hex = (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).toString(
    'hex',
  );
  return `${hex.slice(0, 2)}/${hex.slice(2)}`;
}
