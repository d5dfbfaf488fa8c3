import { type BlobKey, formatBlobKey } from '@waybill/blob-store';
import { WaybillError } from '@waybill/common';

/** The service ended a body before all of it had come, and said nothing. */
export class ObjectTruncatedError extends WaybillError {
  readonly key: BlobKey;
  readonly expectedBytes: number;
  readonly actualBytes: number;

  constructor(key: BlobKey, expectedBytes: number, actualBytes: number) {
    const message = `blob ${formatBlobKey(key)}: ${expectedBytes} bytes were announced, ${actualBytes} came`;
    super(message, { code: 'ERR_OBJECT_TRUNCATED', retryable: true });
    this.key = key;
    this.expectedBytes = expectedBytes;
    this.actualBytes = actualBytes;
  }
}

/** Somebody else was writing the same blob, and has not finished: whether it will be there is not known yet. */
export class ObjectConflictError extends WaybillError {
  readonly key: BlobKey;

  constructor(key: BlobKey) {
    super(`blob ${formatBlobKey(key)} is being written by somebody else; try again`, {
      code: 'ERR_OBJECT_CONFLICT',
      retryable: true,
    });
    this.key = key;
  }
}
