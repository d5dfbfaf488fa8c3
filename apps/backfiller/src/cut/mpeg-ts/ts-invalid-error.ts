import { WaybillError } from '@waybill/common';

/** Bytes that should be MPEG-TS are not. */
export class TsInvalidError extends WaybillError {
  /** Of the packet, from the start of the segment or stream. */
  readonly offsetBytes: number;

  constructor(problem: string, offsetBytes: number, source?: string) {
    const place = source === undefined ? '' : ` of ${source}`;
    super(`Not MPEG-TS: ${problem} at byte ${offsetBytes.toString()}${place}`, {
      code: 'ERR_TS_INVALID',
      retryable: false,
    });
    this.offsetBytes = offsetBytes;
  }
}
