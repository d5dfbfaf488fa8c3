import { WaybillError } from '@waybill/common';
import type { ShamanFile } from '@waybill/shaman-protocol';

/** Foreign texts go into messages short and escaped. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}

/** A file is not what its length and SHA-256 say: it was changed after it was hashed. */
export class FileChangedError extends WaybillError {
  readonly file: ShamanFile;
  /** What was read; undefined where the server found the digest to be another. */
  readonly actualBytes: number | undefined;

  constructor(file: ShamanFile, actualBytes?: number) {
    const found = actualBytes === undefined ? 'the server got another content' : `${actualBytes} bytes were read`;
    super(`${quoted(file.path)} was changed while it was sent: ${file.sizeBytes} bytes were announced, ${found}`, {
      code: 'ERR_FILE_CHANGED',
      // The caller has to hash the file again.
      retryable: false,
    });
    this.file = file;
    this.actualBytes = actualBytes;
  }
}

/** A local file could not be read. */
export class FileUnreadableError extends WaybillError {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`${quoted(path)} could not be read`, { code: 'ERR_FILE_UNREADABLE', retryable: false, cause });
    this.path = path;
  }
}

/** After all attempts the server still lacks files. */
export class FilesUnsentError extends WaybillError {
  readonly files: readonly ShamanFile[];
  readonly attempts: number;

  constructor(files: readonly ShamanFile[], attempts: number, cause?: unknown) {
    super(
      `the server still lacks ${files.length} files after ${attempts} attempts, ${quoted(files[0]?.path ?? '')} for one`,
      {
        ...{ code: 'ERR_FILES_UNSENT', retryable: true, cause },
      },
    );
    this.files = files;
    this.attempts = attempts;
  }
}

/** v2: there is a checkout of that id. */
export class CheckoutTakenError extends WaybillError {
  readonly checkout: string;

  constructor(checkout: string) {
    super(`the server has a checkout ${quoted(checkout)} already`, { code: 'ERR_CHECKOUT_TAKEN', retryable: false });
    this.checkout = checkout;
  }
}

export interface RequestRefusedInit {
  /** Without credentials and query. */
  url: string;
  status: number;
  /** What the server says about it. */
  detail: string;
  retryAfterMs?: number | undefined;
}

/** Statuses after which the same request may succeed later (RFC 9110 section 15, RFC 6585 section 4). */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 421, 425, 429, 500, 502, 503, 504, 507]);

/** Too much is under way: the same request succeeds when there is less, and many small ones in its place make it more. */
const BUSY_STATUSES: ReadonlySet<number> = new Set([429, 503]);

/** The server answered with a status that is no part of the protocol's course. */
export class RequestRefusedError extends WaybillError {
  readonly url: string;
  readonly status: number;
  readonly detail: string;
  /** From Retry-After. */
  readonly retryAfterMs: number | undefined;
  /** The server has too much under way. */
  readonly isBusy: boolean;

  constructor({ url, status, detail, retryAfterMs }: RequestRefusedInit) {
    super(`${url} answered ${status}${detail === '' ? '' : `: ${quoted(detail.trim())}`}`, {
      ...{ code: 'ERR_REQUEST_REFUSED', retryable: RETRYABLE_STATUSES.has(status) },
    });
    this.url = url;
    this.status = status;
    this.detail = detail;
    this.retryAfterMs = retryAfterMs;
    this.isBusy = BUSY_STATUSES.has(status);
  }
}

/** No token, a bad one, or one that is too old (v2: status 498). */
export class TokenRefusedError extends WaybillError {
  readonly url: string;
  readonly status: number;

  constructor(url: string, status: number) {
    const problem = status === 498 ? 'the token has expired' : 'a valid token is needed';
    super(`${url} answered ${status}: ${problem}`, { code: 'ERR_TOKEN_REFUSED', retryable: false });
    this.url = url;
    this.status = status;
  }
}

/** Nothing at this URL speaks a Shaman protocol. */
export class ShamanNotFoundError extends WaybillError {
  readonly url: string;

  constructor(url: string, cause?: unknown) {
    super(`there is no Shaman server at ${url}`, { code: 'ERR_SHAMAN_NOT_FOUND', retryable: false, cause });
    this.url = url;
  }
}

/** The server asks for a file that was not offered, or answers something that is not in the protocol. */
export class AnswerInvalidError extends WaybillError {
  readonly url: string;
  readonly problem: string;

  constructor(url: string, problem: string, cause?: unknown) {
    super(`${url} answered something invalid: ${problem}`, { code: 'ERR_ANSWER_INVALID', retryable: false, cause });
    this.url = url;
    this.problem = problem;
  }
}

/** The connection broke, or nothing moved on it, while a file was sent. */
export class UploadBrokenError extends WaybillError {
  readonly url: string;
  readonly sentBytes: number;

  constructor(url: string, sentBytes: number, cause: unknown) {
    super(`${url}: the upload broke off after ${sentBytes} bytes`, {
      code: 'ERR_UPLOAD_BROKEN',
      retryable: true,
      cause,
    });
    this.url = url;
    this.sentBytes = sentBytes;
  }
}
