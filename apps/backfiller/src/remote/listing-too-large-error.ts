import { WaybillError } from '@waybill/common';

export interface ListingTooLargeErrorInit {
  readonly node: string;
  readonly path: string;
  readonly unit: 'bytes' | 'names';
  readonly limit: number;
  readonly cause?: unknown;
}

/** A node lists more than a listing can honestly hold. A hostile act: no hour has that many segments. */
export class ListingTooLargeError extends WaybillError {
  readonly node: string;
  readonly path: string;
  readonly unit: 'bytes' | 'names';
  readonly limit: number;

  constructor({ node, path, unit, limit, cause }: ListingTooLargeErrorInit) {
    super(`${node} lists more than ${String(limit)} ${unit} in ${path}`, {
      code: 'ERR_LISTING_TOO_LARGE',
      retryable: false,
      cause,
    });
    this.node = node;
    this.path = path;
    this.unit = unit;
    this.limit = limit;
  }
}
