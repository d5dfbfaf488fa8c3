import type { FastifyRequest } from 'fastify';
import { ServerBusyError } from '../limits/limit-errors.ts';

/** The one place where errors become statuses (spec sections 1 and 3). The messages of what is listed are shown. */
const STATUS_OF: Readonly<Record<string, number>> = {
  ERR_BATCH_FRAME_INVALID: 400,
  ERR_BATCH_TOO_LARGE: 413,
  ERR_BLOB_DIGEST_MISMATCH: 417,
  ERR_BLOB_KEY_INVALID: 400,
  ERR_BLOB_LENGTH_MISMATCH: 417,
  ERR_BLOB_MISSING: 404,
  ERR_BODY_BROKEN_OFF: 400,
  ERR_BODY_STALLED: 408,
  ERR_BODY_TOO_LARGE: 413,
  ERR_CHECKOUT_CLAIM_LOST: 503,
  ERR_CHECKOUT_EXISTS: 409,
  ERR_CHECKOUT_FILES_CONFLICT: 400,
  ERR_CHECKOUT_INSIDE_ANOTHER: 409,
  ERR_CHECKOUT_PATH_INVALID: 400,
  ERR_CHECKOUT_NAME_INVALID: 400,
  ERR_CLIENT_BUSY: 429,
  ERR_COLLECTION_RUNNING: 409,
  ERR_CONTENT_CODING_INVALID: 400,
  ERR_CONTENT_CODING_UNKNOWN: 415,
  ERR_DATABASE_UNAVAILABLE: 503,
  ERR_DEFINITION_INVALID: 400,
  ERR_DEFINITION_TOO_LARGE: 413,
  ERR_DISK_FULL: 507,
  ERR_FILE_PATH_INVALID: 400,
  ERR_FILES_MISSING: 424,
  ERR_FREE_SPACE_LOW: 507,
  ERR_MESSAGE_INVALID: 400,
  ERR_OBJECT_CONFLICT: 503,
  ERR_OBJECT_TRUNCATED: 503,
  ERR_PARTIAL_UPLOAD_BUSY: 409,
  ERR_PATH_COLLISION: 400,
  ERR_PINS_EXHAUSTED: 503,
  ERR_REQUEST_INVALID: 400,
  ERR_SCRUB_RUNNING: 409,
  ERR_SERVER_BUSY: 503,
  ERR_STORE_QUOTA_EXCEEDED: 507,
  ERR_UPLOAD_OFFSET_MISMATCH: 409,
};

export interface ErrorAnswer {
  readonly status: number;
  readonly code: string | undefined;
  /** For the client. Errors that are not listed are told without a word about why. */
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
}

/** For 503 where the error does not say it. */
const RETRY_AFTER_SECONDS = 5;

/** What a client is told of an error. */
export function answerTo(error: unknown): ErrorAnswer {
  const { code, statusCode, message, retryAfterSeconds } = error as Record<string, unknown>;
  const said = typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined;
  // By code, not by class: codecs stand below the package that has the class of our errors.
  const known = typeof code === 'string' && Object.hasOwn(STATUS_OF, code) ? STATUS_OF[code] : undefined;
  const retry = said ?? (known === 503 ? RETRY_AFTER_SECONDS : undefined);
  if (known !== undefined)
    return { status: known, code: String(code), message: String(message), retryAfterSeconds: retry };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return {
      status: statusCode,
      code: typeof code === 'string' ? code : undefined,
      message: String(message),
      retryAfterSeconds: retry,
    };
  if (isStoreAway(error))
    return {
      ...{ status: 503, code: undefined, retryAfterSeconds: RETRY_AFTER_SECONDS },
      message: 'the storage behind this server does not answer; try again later',
    };
  return {
    status: 500,
    code: undefined,
    message: 'internal error; the log of the server says which',
    retryAfterSeconds: retry,
  };
}

/** Amazon's SDK marks each error of a request to S3, those of the connection too, which have no status. */
function isStoreAway(error: unknown): boolean {
  const { $metadata: metadata } = error as { $metadata?: { httpStatusCode?: number } };
  if (metadata === undefined) return false;
  const { httpStatusCode: status } = metadata;
  return status === undefined || status >= 500 || status === 429;
}

/** Errors that are the server's own are logged, because the answer does not say why. */
export function logFailure(request: FastifyRequest, error: unknown, status: number): void {
  if (status === 507) request.log.warn({ err: error, requestId: request.id }, 'No room for an upload');
  else if (status === 503 && !(error instanceof ServerBusyError))
    request.log.warn({ err: error, requestId: request.id }, 'What is behind this server does not answer');
  else if (status === 500) request.log.error({ err: error, requestId: request.id }, 'Request failed');
}
