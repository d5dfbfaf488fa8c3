import { WaybillError } from '@waybill/common';

/** A request that is not as its protocol says. The message says in what. */
export class RequestInvalidError extends WaybillError {
  constructor(problem: string) {
    super(problem, { code: 'ERR_REQUEST_INVALID', retryable: false });
  }
}
