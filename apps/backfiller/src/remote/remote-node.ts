import type { AbortOptions } from '@waybill/common';
import type { SegmentAddress } from '../archive/archive.ts';

/** What a node may do to our archive beyond filling holes. */
export interface NodeTrust {
  /** Its tombstones are copied, up to a limit per pass. Default true. */
  readonly tombstones: boolean;
  /** Its extras are copied. Default true. */
  readonly extras: boolean;
  /** It may add a second full segment for a start that has one (selection could then prefer it). Default false. */
  readonly replace: boolean;
}

export interface RemoteContent {
  /** Exact where the whole content is in memory; else from Content-Length, where the node says it. */
  readonly sizeBytes: number | undefined;
  /** Whole content where it is small; else a stream, to be read once. Not verified against any digest. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Must be called where a stream is not read at all. Does nothing otherwise. */
  discard(): void;
}

export interface BatchItem {
  readonly name: string;
  readonly status: 'ok' | 'missing' | 'unreadable';
  readonly sizeBytes: number;
  /** Whole content where it is small. A stream must be read to its end before the next item is asked for. Empty unless `status` is ok. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface RemoteListing {
  /** Names that passed the grammar as a single path component (extras: as a relative path); sorted by code unit, each once. Temp names are left out. */
  readonly names: readonly string[];
  /** How many were refused: unknown to the grammar, hidden, too long or unsafe. */
  readonly refused: number;
  /** How many of the refused would have left the archive as a path (`..`, absolute, NUL, a `/` inside a component): a hostile act. */
  readonly unsafe: number;
  /** The first few refused names, escaped and shortened, for the log. */
  readonly refusedSample: readonly string[];
}

/** Digests by key: `CH/Q` at the root, hours below a quality. Keys passed the grammar. */
export interface DigestTree {
  readonly digest: string;
  readonly children: ReadonlyMap<string, string>;
}

/** `reset`: events were missed, poll. */
export type RemoteEvent =
  { readonly id: string; readonly segment: SegmentAddress } | { readonly id: string; readonly reset: true };

/**
 * A peer machine. Every call has a total time limit and a size limit, and rejects with an error whose
 * `retryable` says whether the same call may succeed later. No retries here: wrappers add them.
 * No name, digest or size that a node sends is believed: names passed the grammar, content is for the caller to verify.
 */
export interface RemoteNode {
  /** Unique: the URL without credentials. */
  readonly key: string;
  readonly name: string;
  readonly url: string;
  readonly trust: NodeTrust;
  /** Protocol version of ours, or null for a wubloader node. Asked once, then remembered until a call fails. */
  protocol(options?: AbortOptions): Promise<1 | null>;
  listHours(channel: string, quality: string, options?: AbortOptions): Promise<RemoteListing>;
  /** Tombstones stand in the place of what they hide. */
  listHour(channel: string, quality: string, hour: string, options?: AbortOptions): Promise<RemoteListing>;
  /** Rejects with RemoteContentMissingError where the node does not have it (any more). */
  fetchSegment(address: SegmentAddress, options?: AbortOptions): Promise<RemoteContent>;
  /** Only where `protocol()` is 1. Items come in the order of `names`. Leaving the loop ends the request. */
  fetchBatch(
    channel: string,
    quality: string,
    hour: string,
    names: readonly string[],
    options?: AbortOptions,
  ): AsyncIterable<BatchItem>;
  /** Paths relative to `directory`, `/`-separated. */
  listExtras(directory: string, options?: AbortOptions): Promise<RemoteListing>;
  fetchExtra(directory: string, path: string, options?: AbortOptions): Promise<RemoteContent>;
  /** Only where `protocol()` is 1. `unchanged` where the root digest is still `knownDigest`. */
  digest(knownDigest: string | undefined, options?: AbortOptions): Promise<DigestTree | 'unchanged'>;
  /** Rejects with RemoteContentMissingError where the node has no such channel or quality. */
  qualityDigest(channel: string, quality: string, options?: AbortOptions): Promise<DigestTree>;
  /** Only where `protocol()` is 1. Ends when the connection ends; connecting again (with the last `id`) is the caller's. */
  events(since: string | undefined, options?: AbortOptions): AsyncIterable<RemoteEvent>;
}
