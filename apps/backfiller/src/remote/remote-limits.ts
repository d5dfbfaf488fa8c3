/** What a node may make us receive and wait for. */
export interface RemoteLimits {
  /** One listing or digest, decoded. Default 16 MiB: an hour of segments of 2 s is 0.14 MB, of which this is a hundredfold. */
  readonly maxListingBytes: number;
  /** Names in one listing. Default 100,000: an hour of segments of 0.04 s. */
  readonly maxListingNames: number;
  /** One segment or chat batch. Default 256 MiB: 60 s at 35 Mbit/s. */
  readonly maxSegmentBytes: number;
  /** One file of the extras. Default 64 MiB. */
  readonly maxExtraBytes: number;
  /** Up to this a content is handed over whole. Default 256 KiB, what the archive writes in one call. */
  readonly wholeContentBytes: number;
  /** Between two reads, and from the request to the head of the answer. Default 5,000 (spec 1.4). */
  readonly idleTimeoutMs: number;
  /** A node may take this long for a call, and longer only as `minBytesPerSecond` allows for what it has sent. Default 10,000. */
  readonly graceMs: number;
  /** Default 16 KiB: five downloads at a time over a line of 1 Mbit/s still pass; a dribble of 1 B/s does not. */
  readonly minBytesPerSecond: number;
  /** Silence of an event stream after which the connection is given up. Default 45,000: three keep-alives. */
  readonly eventsIdleTimeoutMs: number;
  /**
   * Events that come faster than they are taken for this long in a row are a flood. Default 120,000: some 100,000 events,
   * far more than any node remembers for those who missed some.
   */
  readonly eventsFloodMs: number;
}

export const defaultRemoteLimits = (): RemoteLimits => ({
  maxListingBytes: 16 * 1024 * 1024,
  maxListingNames: 100_000,
  maxSegmentBytes: 256 * 1024 * 1024,
  maxExtraBytes: 64 * 1024 * 1024,
  wholeContentBytes: 256 * 1024,
  idleTimeoutMs: 5_000,
  graceMs: 10_000,
  minBytesPerSecond: 16 * 1024,
  eventsIdleTimeoutMs: 45_000,
  eventsFloodMs: 120_000,
});
