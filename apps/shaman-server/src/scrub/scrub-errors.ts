import { type BlobKey, formatBlobKey } from '@waybill/blob-store';
import { WaybillError } from '@waybill/common';
import { type Digest, formatHex } from '@waybill/digest';

/** A pass over this store is under way. */
export class ScrubRunningError extends WaybillError {
  constructor() {
    super('a scrub of this store is under way', { code: 'ERR_SCRUB_RUNNING', retryable: true });
  }
}

/** What is stored has another digest than its name says: the disk, or somebody, has changed it. */
export class BlobContentChangedError extends WaybillError {
  readonly key: BlobKey;
  readonly expected: Digest;
  readonly actual: Digest;

  constructor(key: BlobKey, actual: Digest) {
    super(`blob ${formatBlobKey(key)} has digest ${formatHex(actual)}`, {
      code: 'ERR_BLOB_CONTENT_CHANGED',
      retryable: false,
    });
    this.key = key;
    this.expected = key.digest;
    this.actual = actual;
  }
}
