import { type Digest, formatHex } from '@waybill/digest';
import { WaybillError } from '@waybill/common';
import type { BlobKey } from './blob-key.ts';

/** A digest or size that names no blob. */
export class BlobKeyInvalidError extends WaybillError {
  readonly digestText: string;
  readonly sizeBytes: number;

  constructor(digestText: string, sizeBytes: number, cause?: unknown) {
    const message =
      `no blob can have digest ${JSON.stringify(digestText.slice(0, 80))} and ${sizeBytes} bytes: ` +
      'a digest is 64 hex digits in lower case, and a size a whole number';
    super(message, { code: 'ERR_BLOB_KEY_INVALID', retryable: false, cause });
    this.digestText = digestText;
    this.sizeBytes = sizeBytes;
  }
}

/** There is no such blob in the store. What could not be read is another error. */
export class BlobMissingError extends WaybillError {
  readonly key: BlobKey;

  constructor(key: BlobKey, cause?: unknown) {
    super(`blob ${nameOf(key)} is not there`, { code: 'ERR_BLOB_MISSING', retryable: false, cause });
    this.key = key;
  }
}

/** What is stored under the key has another length. To `has` and `put` it is as if it were not there. */
export class BlobCorruptError extends WaybillError {
  readonly key: BlobKey;
  readonly actualBytes: number;

  constructor(key: BlobKey, actualBytes: number) {
    super(`blob ${nameOf(key)} has ${actualBytes} bytes`, { code: 'ERR_BLOB_CORRUPT', retryable: false });
    this.key = key;
    this.actualBytes = actualBytes;
  }
}

/** The content is shorter or longer than its key says; nothing was stored. */
export class BlobLengthMismatchError extends WaybillError {
  readonly key: BlobKey;
  readonly expectedBytes: number;
  /** Where it is longer: so many had come when it was cut off, more than `expectedBytes`. */
  readonly actualBytes: number;

  constructor(key: BlobKey, actualBytes: number) {
    const message = `blob ${nameOf(key)}: expected ${key.sizeBytes} bytes, got ${actualBytes}`;
    super(message, { code: 'ERR_BLOB_LENGTH_MISMATCH', retryable: true });
    this.key = key;
    this.expectedBytes = key.sizeBytes;
    this.actualBytes = actualBytes;
  }
}

/** The content has another digest than its key says; nothing was stored. */
export class BlobDigestMismatchError extends WaybillError {
  readonly key: BlobKey;
  readonly expected: Digest;
  readonly actual: Digest;

  constructor(key: BlobKey, actual: Digest) {
    const message = `blob ${nameOf(key)}: got digest ${formatHex(actual)}`;
    super(message, { code: 'ERR_BLOB_DIGEST_MISMATCH', retryable: true });
    this.key = key;
    this.expected = key.digest;
    this.actual = actual;
  }
}

/** Somebody else is writing this partial upload. */
export class PartialUploadBusyError extends WaybillError {
  readonly key: BlobKey;

  constructor(key: BlobKey) {
    super(`blob ${nameOf(key)} is being uploaded by somebody else`, {
      code: 'ERR_PARTIAL_UPLOAD_BUSY',
      retryable: true,
    });
    this.key = key;
  }
}

/** The store was closed; nothing can be done with it any more. */
export class BlobStoreClosedError extends WaybillError {
  constructor() {
    super('the blob store is closed', { code: 'ERR_BLOB_STORE_CLOSED', retryable: false });
  }
}

function nameOf({ digest, sizeBytes }: BlobKey): string {
  return `${formatHex(digest)}-${sizeBytes}`;
}
