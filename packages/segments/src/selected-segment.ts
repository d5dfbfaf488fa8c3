import type { Digest } from '@waybill/digest';
import type { StoredSegmentType } from './segment-type.ts';

/** A segment of a sequence, in absolute time. Some of its properties are getters: a spread drops them. */
export interface SelectedSegment {
  /** Hour directory and file name: HOUR/NAME below CHANNEL/QUALITY. */
  readonly hour: string;
  readonly name: string;
  /** Micros since the epoch. */
  readonly startMicros: number;
  readonly durationMicros: number;
  /** startMicros + durationMicros, also where the segment is cut. */
  readonly endMicros: number;
  readonly type: StoredSegmentType;
  /** Where a better segment takes over inside this one; null where the whole of it is meant. */
  readonly cutMicros: number | null;
  /** Digest of the content; null where the name's last field is not one. Read from the name each time it is asked for. */
  readonly digest: Digest | null;
}

/** Where the part of the segment that is meant ends. */
export function usedEndMicros(segment: SelectedSegment): number {
  return segment.cutMicros ?? segment.endMicros;
}

/** The same segment, of which only what lies before `cutMicros` is meant. */
export function cutSegment(segment: SelectedSegment, cutMicros: number): SelectedSegment {
  const { hour, name, startMicros, durationMicros, endMicros, type } = segment;
  return {
    ...{ hour, name, startMicros, durationMicros, endMicros, type, cutMicros },
    get digest() {
      return segment.digest;
    },
  };
}
