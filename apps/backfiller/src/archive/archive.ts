import type { AbortOptions } from '@waybill/common';
import type { Digest } from '@waybill/digest';
import type { SegmentName } from '@waybill/segments';

/** Where a media segment or a chat batch stands: BASE/CHANNEL/QUALITY/HOUR/NAME. */
export interface SegmentAddress {
  readonly channel: string;
  /** A quality, or `chat`. */
  readonly quality: string;
  /** `YYYY-MM-DDTHH`, UTC. */
  readonly hour: string;
  readonly name: string;
}

/** What one hour directory holds, as other nodes are shown it. */
export interface HourListing {
  /** Sorted by code unit. Tombstones stand in place of what they hide; temp and hidden names are left out. */
  readonly names: readonly string[];
  /** The names as JSON.stringify writes them, UTF-8. `names` is read from it anew each time that it is asked for. */
  readonly json: Buffer;
  /** `listingDigest(names)`, hex: SHA-256 of `json`. */
  readonly digest: string;
}

export interface ListHourOptions extends AbortOptions {
  /** False where the names are not needed again while they stay the same, so that they need not be kept. Default true. */
  keep?: boolean | undefined;
}

export interface HourDigest {
  /** `listingDigest` of the hour's names, hex. */
  readonly digest: string;
  readonly count: number;
}

export interface QualityDigest {
  /** `combineDigests` of the hours, hex. */
  readonly digest: string;
  /** Ascending. */
  readonly hours: ReadonlyMap<string, HourDigest>;
}

export interface RootDigest {
  /** `combineDigests` of the qualities, hex. */
  readonly digest: string;
  /** By `CHANNEL/QUALITY`; only those that have an hour. */
  readonly qualities: ReadonlyMap<string, string>;
}

export interface OpenedContent {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Whole content where it is small (at most 256 KiB), read at once. */
  readonly bytes: Uint8Array | undefined;
  /** Bytes `start` (default 0) to `end` (exclusive, default the size). Closes the file when it ends or is left. */
  stream(range?: { start?: number; end?: number }): AsyncIterable<Uint8Array>;
  /** Must be called where `stream` is not. May be called more than once. */
  close(): Promise<void>;
}

export type Content = Uint8Array | AsyncIterable<Uint8Array>;

export interface PublishOptions extends AbortOptions {
  /** Refuse other content. Default: the digest in the segment's name. */
  expectedDigest?: Digest | undefined;
  expectedSizeBytes?: number | undefined;
  /** The address's name, where the caller has read it already. */
  parsedName?: SegmentName | undefined;
}

/** `exists`: the final name was already there, nothing was written. */
export type PublishOutcome = { outcome: 'published' | 'exists'; sizeBytes: number };

export interface PublishedEvent extends SegmentAddress {
  /** Micros since the epoch when this process learnt of it. */
  readonly seenMicros: number;
}

/**
 * The local archive. Every name is checked as a single path component before it is used
 * (PathComponentInvalidError); nothing is ever touched outside `baseDirectory`.
 * Nothing incomplete is ever visible under its final name; what is published is durable as configured.
 */
export interface Archive {
  readonly baseDirectory: string;
  /** Directories that may be channels (not hidden). Empty where the base is absent. */
  listChannels(options?: AbortOptions): Promise<string[]>;
  listQualities(channel: string, options?: AbortOptions): Promise<string[]>;
  /** Valid hours only, ascending. Empty where the directory is absent. */
  listHours(channel: string, quality: string, options?: AbortOptions): Promise<string[]>;
  /** Cached by directory state. Empty where the directory is absent. */
  listHour(channel: string, quality: string, hour: string, options?: ListHourOptions): Promise<HourListing>;
  /** As `listHour`, for whoever knows the names that a digest stands for. */
  hourDigest(channel: string, quality: string, hour: string, options?: AbortOptions): Promise<HourDigest>;
  /** Content of a segment or chat batch; undefined where it is missing, other errors pass through. */
  open(address: SegmentAddress, options?: AbortOptions): Promise<OpenedContent | undefined>;
  /** Any visible file by its `/`-separated path below the base, as `/segments` serves it: segments, extras, whatever else. */
  openFile(path: string, options?: AbortOptions): Promise<OpenedContent | undefined>;
  /** One value over all that the listings show; a few milliseconds where no directory changed. */
  rootDigest(options?: AbortOptions): Promise<RootDigest>;
  qualityDigest(channel: string, quality: string, options?: AbortOptions): Promise<QualityDigest>;
  /** Verified against the digest in the name, durable, renamed into place, announced to listeners. */
  publishSegment(address: SegmentAddress, content: Content, options?: PublishOptions): Promise<PublishOutcome>;
  /** `address.name` is the tombstone's own name. Creates the hour directory where it is absent. */
  publishTombstone(address: SegmentAddress, options?: AbortOptions): Promise<PublishOutcome>;
  /** Files below BASE/DIRECTORY, relative, `/`-separated, sorted; no hidden and no temp files. */
  listExtras(directory: string, options?: AbortOptions): Promise<string[]>;
  openExtra(directory: string, path: string, options?: AbortOptions): Promise<OpenedContent | undefined>;
  publishExtra(directory: string, path: string, content: Content, options?: PublishOptions): Promise<PublishOutcome>;
  /** Renames a segment whose content is not what its name says; resolves to its new, honest name. */
  setAside(address: SegmentAddress, actual: Digest, options?: AbortOptions): Promise<string>;
  /** Removes an hour directory with all that the archive lists in it; strangers' files stay and are returned. */
  deleteHour(
    channel: string,
    quality: string,
    hour: string,
    options?: AbortOptions,
  ): Promise<{ deleted: string[]; left: string[] }>;
  /** Calls back once for each segment published here or seen to be renamed in by another process. */
  onPublished(listener: (event: PublishedEvent) => void): () => void;
  close(): Promise<void>;
}
