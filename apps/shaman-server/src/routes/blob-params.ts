import { type BlobKey, blobKey, BlobKeyInvalidError } from '@waybill/blob-store';

/** Lower case alone: two spellings of one name would be two files to a proxy's cache. */
const SHA = /^[0-9a-f]{64}$/;
const SIZE = /^(0|[1-9][0-9]{0,15})$/;

export interface BlobParams {
  readonly sha: string;
  readonly size: string;
}

/** The file that a path names. Throws BlobKeyInvalidError for all but 64 lower-case hex digits and a safe integer. */
export function parseBlobParams({ sha, size }: BlobParams): BlobKey {
  if (!SHA.test(sha) || !SIZE.test(size)) throw new BlobKeyInvalidError(sha, Number(size));
  return blobKey(sha, Number(size));
}
