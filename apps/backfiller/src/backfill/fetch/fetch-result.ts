import { WaybillError } from '@waybill/common';
import type { FailReason } from '../report/reasons.ts';

/**
 * Whom a failed fetch concerns. `item`: this node's copy of this item. `node`: the node; the same item may succeed
 * later. `unavailable`: nothing was asked. `disk`: our disk is full. `local`: our file system refused otherwise.
 * `interrupted`: a batch broke off when the item was next. `untouched`: it broke off before that. `cancelled`: by us.
 */
export type FailureScope =
  'item' | 'node' | 'unavailable' | 'disk' | 'local' | 'interrupted' | 'untouched' | 'cancelled';

export interface FetchFailure {
  readonly result: 'failed';
  readonly scope: FailureScope;
  readonly reason: FailReason;
  readonly error: unknown;
}

export type FetchResult = { readonly result: 'published' | 'exists'; readonly sizeBytes: number } | FetchFailure;

const REMOTE_CODES: Readonly<Record<string, readonly [FailureScope, FailReason]>> = {
  ERR_REMOTE_CONTENT_MISSING: ['item', 'missing'],
  ERR_REMOTE_EXTRA_TOO_LARGE: ['item', 'too-large'],
  ERR_RESPONSE_TOO_LARGE: ['item', 'too-large'],
  ERR_RESPONSE_TRUNCATED: ['item', 'truncated'],
  ERR_RESPONSE_STATUS: ['node', 'status'],
  ERR_RESPONSE_TIMEOUT: ['node', 'timeout'],
  ERR_NODE_UNREACHABLE: ['node', 'unreachable'],
  ERR_CIRCUIT_OPEN: ['unavailable', 'unavailable'],
};

const codeOf = (error: unknown): string => (error instanceof WaybillError ? error.code : '');

const failure = (scope: FailureScope, reason: FailReason, error: unknown): FetchFailure => ({
  result: 'failed',
  scope,
  reason,
  error,
});

/** A failure on the way from the node to us. */
export const remoteFailure = (error: unknown, signal: AbortSignal): FetchFailure => {
  if (signal.aborted) return failure('cancelled', 'cancelled', error);
  const [scope, reason] = REMOTE_CODES[codeOf(error)] ?? ['node', 'invalid-reply'];
  return failure(scope, reason, error);
};

const MISMATCH_CODES: ReadonlySet<string> = new Set(['ERR_CONTENT_DIGEST_MISMATCH', 'ERR_CONTENT_LENGTH_MISMATCH']);

/** A failure of putting what came into the archive. */
export const publishFailure = (error: unknown, signal: AbortSignal): FetchFailure => {
  const code = codeOf(error);
  if (MISMATCH_CODES.has(code)) return failure('item', 'mismatch', error);
  if (code === 'ERR_DISK_FULL') return failure('disk', 'disk-full', error);
  if (signal.aborted) return failure('cancelled', 'cancelled', error);
  return failure('local', 'local', error);
};

/** What a batch says of an item that it does not bring. */
export const batchItemFailure = (status: 'missing' | 'unreadable'): FetchFailure => failure('item', status, undefined);

/** What the break of a batch means for the items that it did not bring, of which one was next. */
export const interruption = (cause: FetchFailure, wasNext: boolean): FetchFailure => {
  const isNodes = cause.scope === 'node' || cause.scope === 'item';
  return failure(isNodes ? (wasNext ? 'interrupted' : 'untouched') : cause.scope, cause.reason, cause.error);
};
