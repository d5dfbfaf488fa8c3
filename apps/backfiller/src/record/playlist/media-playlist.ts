/** How a segment is encrypted: AES-128 with CBC (RFC 8216 section 4.3.2.4). */
export interface SegmentKey {
  /** Absolute. */
  readonly uri: string;
  /** 16 bytes. */
  readonly iv: Uint8Array;
}

/** A part of a file (RFC 8216 section 4.3.2.2). */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface MediaSegment {
  /** Absolute. */
  readonly uri: string;
  /** The line of its URI. */
  readonly line: number;
  readonly mediaSequence: number;
  readonly durationMicros: number;
  /** As names have it. Undefined below 100 micros, where the micros say it. */
  readonly durationText: string | undefined;
  readonly title: string;
  /** Micros since the epoch: its own PROGRAM-DATE-TIME, or counted from the nearest one that is before it, else after it. */
  readonly startMicros: number | undefined;
  /** How far its own time is from where the segment before it ends; 0 without a time of its own, or behind a discontinuity. */
  readonly skewMicros: number;
  /** A DISCONTINUITY stands before it. */
  readonly discontinuity: boolean;
  readonly discontinuitySequence: number;
  /** The server says that there is nothing to be had. */
  readonly gap: boolean;
  readonly key: SegmentKey | undefined;
  readonly byteRange: ByteRange | undefined;
  /** Between CUE-OUT and CUE-IN. */
  readonly inCue: boolean;
}

/** An EXT-X-DATERANGE (RFC 8216 section 4.3.2.7). */
export interface DateRange {
  readonly startMicros: number;
  /** Undefined where the range says no end. */
  readonly endMicros: number | undefined;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface MediaPlaylist {
  readonly kind: 'media';
  readonly targetDurationMicros: number;
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  /** EXT-X-ENDLIST: nothing more will come. */
  readonly ended: boolean;
  readonly segments: readonly MediaSegment[];
  readonly dateRanges: readonly DateRange[];
}
