/* They stand below @waybill/common, where WaybillError is: codecs know no kit. */

/** Foreign texts go into messages short and escaped. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}

/** A path of a file that must not, or cannot safely, be made below a checkout. */
export class FilePathInvalidError extends Error {
  readonly code = 'ERR_FILE_PATH_INVALID';
  readonly retryable = false;
  readonly path: string;
  /** For people: what is wrong with it. */
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(`file path ${quoted(path)}: ${reason}`);
    this.name = 'FilePathInvalidError';
    this.path = path;
    this.reason = reason;
  }
}

/** Two paths of one definition that are the same to a file system that ignores case or Unicode normalisation. */
export class PathCollisionError extends Error {
  readonly code = 'ERR_PATH_COLLISION';
  readonly retryable = false;
  readonly path: string;
  /** The path that came first. */
  readonly other: string;

  constructor(path: string, other: string) {
    super(
      `file path ${quoted(path)} collides with ${quoted(other)} where case or Unicode normalisation does not count`,
    );
    this.name = 'PathCollisionError';
    this.path = path;
    this.other = other;
  }
}

/** A path (v3) or id (v2) under which no checkout can be made. */
export class CheckoutNameInvalidError extends Error {
  readonly code = 'ERR_CHECKOUT_NAME_INVALID';
  readonly retryable = false;
  readonly checkoutName: string;
  readonly reason: string;

  constructor(checkoutName: string, reason: string) {
    super(`checkout ${quoted(checkoutName)}: ${reason}`);
    this.name = 'CheckoutNameInvalidError';
    this.checkoutName = checkoutName;
    this.reason = reason;
  }
}

/** One file of a definition is not as it has to be. The message is what v2 servers answer. */
export class DefinitionInvalidError extends Error {
  readonly code = 'ERR_DEFINITION_INVALID';
  readonly retryable = false;
  /** Line (v2) or place in the list (v3), counted from 1. */
  readonly line: number;
  readonly reason: string;

  constructor(line: number, reason: string, cause?: unknown) {
    super(`ERROR invalid line ${line}: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = 'DefinitionInvalidError';
    this.line = line;
    this.reason = reason;
  }
}

/** A definition has more files or bytes than is accepted. */
export class DefinitionTooLargeError extends Error {
  readonly code = 'ERR_DEFINITION_TOO_LARGE';
  readonly retryable = false;
  readonly limit: number;
  readonly unit: 'files' | 'bytes';

  constructor(limit: number, unit: 'files' | 'bytes') {
    super(`the definition has more than ${limit} ${unit}`);
    this.name = 'DefinitionTooLargeError';
    this.limit = limit;
    this.unit = unit;
  }
}

/** A request or an answer has not the shape that the protocol says. */
export class MessageInvalidError extends Error {
  readonly code = 'ERR_MESSAGE_INVALID';
  readonly retryable = false;
  /** Which one: `v3 requirements request` … */
  readonly messageName: string;
  readonly problem: string;

  constructor(messageName: string, problem: string, cause?: unknown) {
    super(`not a ${messageName}: ${problem}`, cause === undefined ? undefined : { cause });
    this.name = 'MessageInvalidError';
    this.messageName = messageName;
    this.problem = problem;
  }
}

/** A batch breaks off or is not framed as it has to be. */
export class BatchFrameInvalidError extends Error {
  readonly code = 'ERR_BATCH_FRAME_INVALID';
  readonly retryable = false;
  /** Where in the batch, in bytes. */
  readonly offset: number;
  readonly problem: string;

  constructor(offset: number, problem: string) {
    super(`batch, at byte ${offset}: ${problem}`);
    this.name = 'BatchFrameInvalidError';
    this.offset = offset;
    this.problem = problem;
  }
}

/** A file of a batch, or the batch, is larger than is accepted. */
export class BatchTooLargeError extends Error {
  readonly code = 'ERR_BATCH_TOO_LARGE';
  readonly retryable = false;
  readonly offset: number;
  readonly limit: number;
  readonly what: 'files' | 'bytes' | 'bytes in a file';

  constructor(offset: number, limit: number, what: 'files' | 'bytes' | 'bytes in a file') {
    super(`batch, at byte ${offset}: more than ${limit} ${what}`);
    this.name = 'BatchTooLargeError';
    this.offset = offset;
    this.limit = limit;
    this.what = what;
  }
}
