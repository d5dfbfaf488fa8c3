import { WaybillError } from '@waybill/common';

/** A pack cannot go where it was told to. Nothing was changed there. */
export class PackTargetInvalidError extends WaybillError {
  readonly target: string;
  readonly problem: string;

  constructor(target: string, problem: string, cause?: unknown) {
    super(`cannot pack to ${target}: ${problem}`, { code: 'ERR_PACK_TARGET_INVALID', retryable: false, cause });
    this.target = target;
    this.problem = problem;
  }
}
