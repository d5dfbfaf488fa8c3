import { WaybillError } from '@waybill/common';

/** Codes of JSON-RPC 2.0, section 5.1; 1 is what go-jsonrpc, and so Lotus, gives to errors of a method. */
export const RPC_CODES = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internalError: -32_603,
  failed: 1,
} as const;

/** Parameters of a call that do not fit. */
export class RpcParamsInvalidError extends WaybillError {
  constructor(problem: string) {
    super(problem, { code: 'ERR_RPC_PARAMS_INVALID', retryable: false });
  }
}

/** One export is made at a time: two would read and write twice as slowly each. */
export class ExportBusyError extends WaybillError {
  readonly runningId: string;

  constructor(runningId: string) {
    super(`export ${runningId} is running; wait for it, or cancel it by Waybill.ExportCancel`, {
      code: 'ERR_EXPORT_BUSY',
      retryable: true,
    });
    this.runningId = runningId;
  }
}

/** Somebody asked for it, the client went away, or the server ends. */
export class ExportCancelledError extends WaybillError {
  constructor(reason: string) {
    super(`the export was cancelled: ${reason}`, { code: 'ERR_EXPORT_CANCELLED', retryable: false });
  }
}

/** An export would leave less free space than is to be kept. */
export class ExportSpaceLowError extends WaybillError {
  readonly freeBytes: number;
  readonly minFreeBytes: number;

  constructor(freeBytes: number, minFreeBytes: number) {
    super(`${freeBytes} bytes are free where ${minFreeBytes} are to stay free`, {
      code: 'ERR_EXPORT_SPACE_LOW',
      retryable: true,
    });
    this.freeBytes = freeBytes;
    this.minFreeBytes = minFreeBytes;
  }
}
