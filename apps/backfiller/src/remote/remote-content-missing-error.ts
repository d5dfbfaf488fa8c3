import { WaybillError } from '@waybill/common';

export interface RemoteContentMissingErrorInit {
  readonly node: string;
  readonly path: string;
}

/** A node does not have what was asked for (404). Normal for chat, which is merged and replaced over time (spec 1.1). */
export class RemoteContentMissingError extends WaybillError {
  readonly node: string;
  readonly path: string;

  constructor({ node, path }: RemoteContentMissingErrorInit) {
    super(`${node} does not have ${path}`, { code: 'ERR_REMOTE_CONTENT_MISSING', retryable: false });
    this.node = node;
    this.path = path;
  }
}
