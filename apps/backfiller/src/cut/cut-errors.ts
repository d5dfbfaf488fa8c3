import { WaybillError } from '@waybill/common';

/** What was asked for cannot be cut; the message says why. */
export class CutInvalidError extends WaybillError {
  constructor(problem: string) {
    super(problem, { code: 'ERR_CUT_INVALID', retryable: false });
  }
}

/** A range has a hole, and holes are not allowed. The message is the one that clients of wubloader look for. */
export class CutIncompleteError extends WaybillError {
  constructor() {
    super('Requested time range contains holes or is incomplete.', { code: 'ERR_CUT_INCOMPLETE', retryable: false });
  }
}

/** There is not one segment in the ranges. The message is the one that clients of wubloader look for. */
export class CutEmptyError extends WaybillError {
  constructor() {
    super('We have no content available within the requested time range.', { code: 'ERR_CUT_EMPTY', retryable: false });
  }
}

/** A segment went away between the listing and the cut: another one may have taken its place. */
export class CutSegmentMissingError extends WaybillError {
  readonly path: string;

  constructor(path: string) {
    super(`${path} was listed and is gone`, { code: 'ERR_CUT_SEGMENT_MISSING', retryable: true });
    this.path = path;
  }
}

/** A segment has to be encoded, shown or put into another container, and cannot be: the message says why. */
export class CutSegmentUnusableError extends WaybillError {
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path} ${problem}`, { code: 'ERR_CUT_SEGMENT_UNUSABLE', retryable: false });
    this.path = path;
  }
}

/** As many cuts are under way, and as many wait, as the server lets in. */
export class CutsBusyError extends WaybillError {
  readonly limit: number;
  /** When to ask again. */
  readonly retryAfterSeconds: number;

  constructor(limit: number, retryAfterSeconds: number) {
    super(`${limit.toString()} cuts are under way, and others wait; try again later`, {
      code: 'ERR_CUTS_BUSY',
      retryable: true,
    });
    this.limit = limit;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
