import { WaybillError } from '@waybill/common';
import type { ShamanFile } from '@waybill/shaman-protocol';

/** The store lacks files of the definition: all of them are named. Nothing was made. */
export class MissingFilesError extends WaybillError {
  /** In the order of the definition. */
  readonly files: readonly ShamanFile[];

  constructor(files: readonly ShamanFile[]) {
    super(`the store lacks ${files.length} of the checkout's files, ${JSON.stringify(files[0]?.path)} for one`, {
      code: 'ERR_FILES_MISSING',
      retryable: false,
    });
    this.files = files;
  }
}

/** There is something under this name already. It was left as it is. */
export class CheckoutExistsError extends WaybillError {
  readonly path: string;

  constructor(path: string) {
    super(`a checkout ${JSON.stringify(path)} exists`, { code: 'ERR_CHECKOUT_EXISTS', retryable: false });
    this.path = path;
  }
}

/** A path that is no plain path below the checkout root, or one of the names that are kept for our own use. */
export class CheckoutPathInvalidError extends WaybillError {
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(`checkout path ${JSON.stringify(path.slice(0, 300))}: ${reason}`, {
      code: 'ERR_CHECKOUT_PATH_INVALID',
      retryable: false,
    });
    this.path = path;
    this.reason = reason;
  }
}

/** The definition contradicts itself: one path for two contents, or a path that goes through a file. */
export class CheckoutFilesConflictError extends WaybillError {
  readonly path: string;
  /** The other of the two. Equal to `path` where one path is to have two contents. */
  readonly other: string;

  constructor(path: string, other: string) {
    const problem =
      path === other
        ? `${JSON.stringify(path)} is listed with two contents`
        : `${JSON.stringify(path)} lies below the file ${JSON.stringify(other)}`;
    super(problem, { code: 'ERR_CHECKOUT_FILES_CONFLICT', retryable: false });
    this.path = path;
    this.other = other;
  }
}

/** The path goes through something that is not a plain folder: another checkout, a file, a link. */
export class CheckoutInsideAnotherError extends WaybillError {
  readonly path: string;
  readonly other: string;

  constructor(path: string, other: string) {
    super(`${JSON.stringify(path)} would lie inside ${JSON.stringify(other)}, which is not a folder of checkouts`, {
      code: 'ERR_CHECKOUT_INSIDE_ANOTHER',
      retryable: false,
    });
    this.path = path;
    this.other = other;
  }
}

/** The farm's registry gave the path back while the checkout was put in place: this server was cut off for too long. */
export class CheckoutClaimLostError extends WaybillError {
  readonly path: string;

  constructor(path: string) {
    super(`the claim on ${JSON.stringify(path)} ran out while the checkout was made; try again`, {
      code: 'ERR_CHECKOUT_CLAIM_LOST',
      retryable: true,
    });
    this.path = path;
  }
}
