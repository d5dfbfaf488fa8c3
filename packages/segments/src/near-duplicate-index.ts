import type { SegmentName } from './segment-name.ts';

/** Two starts this far apart, or less, are one segment seen twice (spec 1.4; wubloader commit c16d052). */
export const NEAR_DUPLICATE_MICROS = 1000;

/** What is compared. `startMicros` may be an offset within the hour or absolute, but the same for all of an index. */
export type NearDuplicateKey = Pick<SegmentName, 'startMicros' | 'durationMicros' | 'type' | 'hashText'>;

interface Extent {
  earliest: number;
  latest: number;
}

/**
 * Finds segments of one channel and quality that differ from a known one by at most 1 ms of start: same duration, type and
 * digest. Adding and asking take constant time, and the order of additions does not matter.
 */
export class NearDuplicateIndex {
  readonly #buckets = new Map<string, Extent>();

  add(segment: NearDuplicateKey): void {
    const key = bucketKey(segment, bucketOf(segment));
    const extent = this.#buckets.get(key);
    if (extent === undefined) {
      this.#buckets.set(key, { earliest: segment.startMicros, latest: segment.startMicros });
      return;
    }
    extent.earliest = Math.min(extent.earliest, segment.startMicros);
    extent.latest = Math.max(extent.latest, segment.startMicros);
  }

  /** True where an added segment is the same but for at most 1 ms of start, or the very same. */
  has(segment: NearDuplicateKey): boolean {
    const bucket = bucketOf(segment);
    // A bucket is 1 ms wide: all of its own lie close enough, of a neighbour only the nearest end matters.
    if (this.#buckets.has(bucketKey(segment, bucket))) return true;
    const before = this.#buckets.get(bucketKey(segment, bucket - 1));
    if (before !== undefined && segment.startMicros - before.latest <= NEAR_DUPLICATE_MICROS) return true;
    const after = this.#buckets.get(bucketKey(segment, bucket + 1));
    return after !== undefined && after.earliest - segment.startMicros <= NEAR_DUPLICATE_MICROS;
  }
}

function bucketOf(segment: NearDuplicateKey): number {
  return Math.floor(segment.startMicros / NEAR_DUPLICATE_MICROS);
}

function bucketKey(segment: NearDuplicateKey, bucket: number): string {
  return `${bucket} ${segment.durationMicros} ${segment.type} ${segment.hashText}`;
}
