import type { Digest } from '@waybill/digest';
import type { SegmentName } from './segment-name.ts';
import type { SegmentPath } from './parse-segment-path.ts';
import type { StoredSegmentType } from './segment-type.ts';
import type { SelectedSegment } from './selected-segment.ts';

/** What the name was read as: by the strict grammar, or, where that refuses it, by the lenient one. */
export type NameSource = SegmentName | SegmentPath;

/** SelectedSegment that decodes its digest when asked. One class for all, so that loops over sequences stay fast. */
export class StoredSegment implements SelectedSegment {
  readonly hour: string;
  readonly name: string;
  readonly startMicros: number;
  readonly durationMicros: number;
  readonly endMicros: number;
  readonly type: StoredSegmentType;
  readonly cutMicros = null;
  readonly #source: NameSource;

  constructor(hour: string, startMicros: number, type: StoredSegmentType, source: NameSource) {
    this.hour = hour;
    this.name = source.name;
    this.startMicros = startMicros;
    this.durationMicros = source.durationMicros;
    this.endMicros = startMicros + source.durationMicros;
    this.type = type;
    this.#source = source;
  }

  get digest(): Digest | null {
    return this.#source.digest;
  }

  /** What ties are decided by: the decoded last field of the name, of any length. */
  get hashBytes(): Uint8Array {
    const source = this.#source;
    return ('hashBytes' in source ? source.hashBytes : source.digest?.bytes) ?? new Uint8Array();
  }
}
