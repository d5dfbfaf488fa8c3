import { WaybillError } from '@waybill/common';

export interface RemoteReplyInvalidErrorInit {
  readonly node: string;
  readonly path: string;
  /** What is wrong, without content of the reply. */
  readonly problem: string;
  readonly cause?: unknown;
}

/**
 * A node answered 200 with something else than what belongs there: an error page of a proxy, another program.
 * Retryable: proxies answer like that while the node behind them restarts.
 */
export class RemoteReplyInvalidError extends WaybillError {
  readonly node: string;
  readonly path: string;
  readonly problem: string;

  constructor({ node, path, problem, cause }: RemoteReplyInvalidErrorInit) {
    super(`${node} answered ${path} with something invalid: ${problem}`, {
      code: 'ERR_REMOTE_REPLY_INVALID',
      retryable: true,
      cause,
    });
    this.node = node;
    this.path = path;
    this.problem = problem;
  }
}
