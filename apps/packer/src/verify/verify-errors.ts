import { WaybillError } from '@waybill/common';

/** What was given is no pack, or its manifest cannot be understood. */
export class PackInvalidError extends WaybillError {
  readonly pack: string;
  readonly problem: string;

  constructor(pack: string, problem: string, cause?: unknown) {
    super(`${pack} is no pack: ${problem}`, { code: 'ERR_PACK_INVALID', retryable: false, cause });
    this.pack = pack;
    this.problem = problem;
  }
}
