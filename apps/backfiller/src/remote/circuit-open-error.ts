import { WaybillError } from '@waybill/common';

export interface CircuitOpenErrorInit {
  readonly node: string;
  /** When the next call will be let through, ms of the clock that the breaker uses. */
  readonly retryAtMs: number;
  readonly nowMs: number;
}

/** A node is on back-off: nothing was sent to it. */
export class CircuitOpenError extends WaybillError {
  readonly node: string;
  readonly retryAtMs: number;

  constructor({ node, retryAtMs, nowMs }: CircuitOpenErrorInit) {
    const seconds = Math.max(0, retryAtMs - nowMs) / 1000;
    super(`${node} is on back-off for another ${seconds.toFixed(1)} s`, { code: 'ERR_CIRCUIT_OPEN', retryable: true });
    this.node = node;
    this.retryAtMs = retryAtMs;
  }
}
