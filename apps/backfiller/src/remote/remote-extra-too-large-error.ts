import { WaybillError } from '@waybill/common';

export interface RemoteExtraTooLargeErrorInit {
  readonly node: string;
  readonly path: string;
  readonly limitBytes: number;
  readonly cause?: unknown;
}

/** A file among the extras is larger than the configured limit. It will be so next time: skip it and say so. */
export class RemoteExtraTooLargeError extends WaybillError {
  readonly node: string;
  readonly path: string;
  readonly limitBytes: number;

  constructor({ node, path, limitBytes, cause }: RemoteExtraTooLargeErrorInit) {
    super(`${path} at ${node} is larger than the limit of ${String(limitBytes)} bytes for extras`, {
      code: 'ERR_REMOTE_EXTRA_TOO_LARGE',
      retryable: false,
      cause,
    });
    this.node = node;
    this.path = path;
    this.limitBytes = limitBytes;
  }
}
