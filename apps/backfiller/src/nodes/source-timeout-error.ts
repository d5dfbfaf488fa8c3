import { WaybillError } from '@waybill/common';

/** A source of nodes did not answer in time. */
export class SourceTimeoutError extends WaybillError {
  readonly source: string;
  readonly timeoutMs: number;

  constructor(source: string, timeoutMs: number) {
    super(`Nodes of ${source} did not come within ${String(timeoutMs)} ms`, {
      code: 'ERR_NODE_SOURCE_TIMEOUT',
      retryable: true,
    });
    this.source = source;
    this.timeoutMs = timeoutMs;
  }
}
