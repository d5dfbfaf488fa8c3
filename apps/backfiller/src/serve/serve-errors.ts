import { WaybillError } from '@waybill/common';
import type { ErrorStatusTable } from '@waybill/http-kit';

/** A query argument that cannot be used. The message says which, and why. */
export class QueryInvalidError extends WaybillError {
  readonly argument: string;

  constructor(argument: string, problem: string) {
    super(`${argument}: ${problem}`, { code: 'ERR_QUERY_INVALID', retryable: false });
    this.argument = argument;
  }
}

/** More chat than one answer may hold. */
export class ChatTooLargeError extends WaybillError {
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(`chat of this range is larger than ${limitBytes.toString()} bytes; ask for less`, {
      code: 'ERR_CHAT_TOO_LARGE',
      retryable: false,
    });
    this.limitBytes = limitBytes;
  }
}

/** Status of each error that a route may let out; the messages of these are shown. */
export const SERVE_ERROR_STATUS: ErrorStatusTable = {
  ERR_QUERY_INVALID: 400,
  ERR_PATH_COMPONENT_INVALID: 403,
  ERR_HOUR_INVALID: 400,
  ERR_CHAT_TOO_LARGE: 413,
  ERR_EXTRAS_TOO_MANY: 503,
  ERR_FFMPEG_MISSING: 501,
  ERR_FFMPEG_FAILED: 500,
  ERR_CUTS_BUSY: 503,
  ERR_CUT_SEGMENT_MISSING: 503,
  ERR_CUT_SEGMENT_UNUSABLE: 422,
  ERR_TS_INVALID: 422,
};
