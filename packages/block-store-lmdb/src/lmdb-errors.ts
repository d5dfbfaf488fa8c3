import { WaybillError } from '@waybill/common';

/** The folder holds a database that is not a block store of ours, or one of another format. */
export class LmdbFormatUnknownError extends WaybillError {
  readonly path: string;
  readonly expected: string;
  /** Undefined where the database says nothing about its format. */
  readonly actual: string | undefined;

  constructor(path: string, { expected, actual }: { expected: string; actual: string | undefined }) {
    const found = actual === undefined ? 'no format' : `the format ${JSON.stringify(actual.slice(0, 40))}`;
    super(`${path} has ${found} where ${expected} is expected`, { code: 'ERR_LMDB_FORMAT_UNKNOWN', retryable: false });
    this.path = path;
    this.expected = expected;
    this.actual = actual;
  }
}

/** There is no block store at the path, and it was not to be made: it was opened for reading. */
export class LmdbStoreMissingError extends WaybillError {
  readonly path: string;

  constructor(path: string, cause?: unknown) {
    super(`there is no block store at ${path}`, { code: 'ERR_LMDB_STORE_MISSING', retryable: false, cause });
    this.path = path;
  }
}
