/** What every Waybill error is made from; `retryable` is decided once, where the error is declared. */
export interface WaybillErrorInit {
  /** Stable code, `ERR_…`, listed in docs/errors.md. */
  code: string;
  /** True where the same call may succeed later without anybody's doing. */
  retryable: boolean;
  cause?: unknown;
}

/** The base of all errors that Waybill throws on purpose. */
export class WaybillError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(message: string, { code, retryable, cause }: WaybillErrorInit) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = retryable;
  }
}
