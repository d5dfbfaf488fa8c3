import { WaybillError } from '@waybill/common';

/** Too much is under way here; the same request may succeed after the time that it names. */
export class ServerBusyError extends WaybillError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('the server has as much under way as it takes; try again later', {
      code: 'ERR_SERVER_BUSY',
      retryable: true,
    });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** One client has too much under way. */
export class ClientBusyError extends WaybillError {
  readonly limit: number;
  readonly retryAfterSeconds: number;

  constructor(limit: number, retryAfterSeconds: number) {
    super(`more than ${limit} uploads of one client at a time; try again later`, {
      code: 'ERR_CLIENT_BUSY',
      retryable: true,
    });
    this.limit = limit;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The store would become larger than it may. */
export class StoreQuotaExceededError extends WaybillError {
  readonly limitBytes: number;
  readonly sizeBytes: number;

  constructor(limitBytes: number, sizeBytes: number) {
    super(`the store may hold ${limitBytes} bytes (--max-store-bytes); there is no room for ${sizeBytes} more`, {
      code: 'ERR_STORE_QUOTA_EXCEEDED',
      retryable: true,
    });
    this.limitBytes = limitBytes;
    this.sizeBytes = sizeBytes;
  }
}

/** The file system would be left with less free space than is to be kept. */
export class FreeSpaceLowError extends WaybillError {
  readonly minFreeBytes: number;
  readonly freeBytes: number;
  readonly sizeBytes: number;

  constructor({ minFreeBytes, freeBytes, sizeBytes }: { minFreeBytes: number; freeBytes: number; sizeBytes: number }) {
    super(
      `${freeBytes} bytes of the disk are free, and ${minFreeBytes} stay so (--min-free-bytes): no room for ${sizeBytes}`,
      {
        code: 'ERR_FREE_SPACE_LOW',
        retryable: true,
      },
    );
    this.minFreeBytes = minFreeBytes;
    this.freeBytes = freeBytes;
    this.sizeBytes = sizeBytes;
  }
}

/** A body, as sent or as decoded, or a declared size, is above the limit. */
export class BodyTooLargeError extends WaybillError {
  readonly limitBytes: number;

  constructor(what: string, limitBytes: number) {
    super(`${what} is larger than ${limitBytes} bytes`, { code: 'ERR_BODY_TOO_LARGE', retryable: false });
    this.limitBytes = limitBytes;
  }
}

/** Hardly anything of a body came for too long. */
export class BodyStalledError extends WaybillError {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`the body of the request stalled for ${timeoutMs} ms`, { code: 'ERR_BODY_STALLED', retryable: true });
    this.timeoutMs = timeoutMs;
  }
}

/** The client went away in the middle of a body. */
export class BodyBrokenOffError extends WaybillError {
  readonly receivedBytes: number;

  constructor(receivedBytes: number, cause?: unknown) {
    super(`the connection broke after ${receivedBytes} bytes of the body`, {
      code: 'ERR_BODY_BROKEN_OFF',
      retryable: true,
      cause,
    });
    this.receivedBytes = receivedBytes;
  }
}

/** A Content-Encoding that is not known here. */
export class ContentCodingUnknownError extends WaybillError {
  readonly coding: string;

  constructor(coding: string) {
    super(`unknown Content-Encoding ${JSON.stringify(coding.slice(0, 80))}`, {
      code: 'ERR_CONTENT_CODING_UNKNOWN',
      retryable: false,
    });
    this.coding = coding;
  }
}

/** A body is not in the coding that its Content-Encoding says. */
export class ContentCodingInvalidError extends WaybillError {
  readonly coding: string;

  constructor(coding: string, cause: unknown) {
    super(`the body is no valid ${coding}`, { code: 'ERR_CONTENT_CODING_INVALID', retryable: false, cause });
    this.coding = coding;
  }
}
