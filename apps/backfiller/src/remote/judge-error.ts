import { WaybillError } from '@waybill/common';

/** What an error of a RemoteNode says about the node. `fine`: it did its part. `unknown`: nothing. */
export type Verdict = 'fine' | 'failing' | 'hostile' | 'unknown';

/**
 * What no honest node does: listings and contents beyond every limit, events without end, frames that break a protocol of our own.
 * Extras are judged apart (RemoteExtraTooLargeError): a large file among them is no attack.
 */
const HOSTILE_CODES: ReadonlySet<string> = new Set([
  'ERR_LISTING_TOO_LARGE',
  'ERR_RESPONSE_TOO_LARGE',
  'ERR_BATCH_FRAME_INVALID',
  'ERR_EVENT_FLOOD',
]);

/** The node answered as it should, only not with what was hoped for. */
const FINE_CODES: ReadonlySet<string> = new Set([
  'ERR_REMOTE_CONTENT_MISSING',
  'ERR_REMOTE_EXTRA_TOO_LARGE',
  'ERR_PROTOCOL_UNSUPPORTED',
]);

/** Not retryable errors count as failures too: a node that refuses everything with 403 shall not be asked 1,800 times an hour. */
export const judgeError = (error: unknown, signal: AbortSignal | undefined): Verdict => {
  if (signal?.aborted === true) return 'unknown';
  if (!(error instanceof WaybillError)) return 'failing';
  if (HOSTILE_CODES.has(error.code)) return 'hostile';
  return FINE_CODES.has(error.code) ? 'fine' : 'failing';
};
