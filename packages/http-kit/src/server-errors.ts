import { WaybillError } from '@waybill/common';

/** The options of a server contradict each other, or are set by halves where that would be dangerous. */
export class ServerOptionsInvalidError extends WaybillError {
  constructor(problem: string) {
    super(`The server's options are invalid: ${problem}`, { code: 'ERR_SERVER_OPTIONS_INVALID', retryable: false });
  }
}
