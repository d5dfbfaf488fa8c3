import { WaybillError } from '@waybill/common';

/** Codes after which the same call may succeed later: "internal error" and those that servers define for themselves. */
function isServerCode(code: number): boolean {
  return code === -32_603 || (code <= -32_000 && code >= -32_099);
}

/** The node answered a call with an error of its own. */
export class RpcCallFailedError extends WaybillError {
  readonly method: string;
  readonly rpcCode: number;
  /** As the node wrote it, at most 500 characters. */
  readonly rpcMessage: string;

  constructor({ method, rpcCode, rpcMessage }: { method: string; rpcCode: number; rpcMessage: string }) {
    const message = rpcMessage.slice(0, 500);
    super(`the node answered ${method} with error ${rpcCode}: ${message}`, {
      code: 'ERR_RPC_CALL_FAILED',
      retryable: isServerCode(rpcCode),
    });
    this.method = method;
    this.rpcCode = rpcCode;
    this.rpcMessage = message;
  }
}

/** What the node answered is not what JSON-RPC 2.0, or the method, says that it answers. */
export class RpcAnswerInvalidError extends WaybillError {
  readonly method: string;
  readonly problem: string;

  constructor({ method, problem }: { method: string; problem: string }) {
    // A proxy in front of a node that restarts answers like this for a while.
    super(`the node's answer to ${method} is invalid: ${problem}`, { code: 'ERR_RPC_ANSWER_INVALID', retryable: true });
    this.method = method;
    this.problem = problem;
  }
}

/** The text names no node: neither a URL nor what Lotus calls API info. The text stays out of the message: it holds a token. */
export class NodeAddressInvalidError extends WaybillError {
  constructor(problem: string) {
    super(`the address of the node is invalid: ${problem}`, { code: 'ERR_NODE_ADDRESS_INVALID', retryable: false });
  }
}
