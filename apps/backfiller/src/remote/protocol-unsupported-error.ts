import { WaybillError } from '@waybill/common';

/** A call that only nodes of ours answer was sent to another one: ask `protocol()` first. */
export class ProtocolUnsupportedError extends WaybillError {
  readonly node: string;

  constructor(node: string) {
    super(`${node} does not speak the Waybill protocol`, { code: 'ERR_PROTOCOL_UNSUPPORTED', retryable: false });
    this.node = node;
  }
}
