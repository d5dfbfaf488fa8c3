import { WaybillError } from '@waybill/common';

/** The sender goes on with an upload at another place than where it stands. */
export class UploadOffsetMismatchError extends WaybillError {
  readonly expectedOffset: number;
  readonly actualOffset: number;

  constructor(expectedOffset: number, actualOffset: number) {
    super(`the upload stands at ${expectedOffset}, not at ${actualOffset}`, {
      code: 'ERR_UPLOAD_OFFSET_MISMATCH',
      retryable: true,
    });
    this.expectedOffset = expectedOffset;
    this.actualOffset = actualOffset;
  }
}
