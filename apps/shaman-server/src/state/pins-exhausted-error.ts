import { WaybillError } from '@waybill/common';

/** Definitions in flight hold more blobs than the server keeps account of. Room comes as pins end. */
export class PinsExhaustedError extends WaybillError {
  readonly limit: number;

  constructor(limit: number) {
    super(`more than ${limit} files in definitions in flight`, { code: 'ERR_PINS_EXHAUSTED', retryable: true });
    this.limit = limit;
  }
}
