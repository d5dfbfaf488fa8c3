import type { Digest } from '@waybill/digest';
import { tryParseSegmentName } from './parse-segment-name.ts';
import type { SegmentPath } from './parse-segment-path.ts';
import { readSegmentPath } from './parse-segment-path.ts';
import type { SegmentName } from './segment-name.ts';
import type { StoredSegmentType } from './segment-type.ts';
import type { SelectedSegment } from './selected-segment.ts';

/** What a name was read as: by the strict grammar, or, where that refuses it, by the lenient one. */
export type NameSource = SegmentName | SegmentPath;

/** Reads a name of an hour directory strictly where possible, for that is fast, else as leniently as wubloader. */
export function readStoredName(hour: string, name: string): NameSource | undefined {
  return tryParseSegmentName(name) ?? readLoose(hour, name);
}

function readLoose(hour: string, name: string): SegmentPath | undefined {
  if (name.includes('/')) return undefined;
  const parsed = readSegmentPath(`${hour}/${name}`);
  return typeof parsed === 'string' ? undefined : parsed;
}

/**
 * SelectedSegment that reads its digest from the name when asked. One class for all, so that loops over sequences stay
 * fast, and small: a cache holds 50,000 of them.
 */
export class StoredSegment implements SelectedSegment {
  readonly hour: string;
  readonly name: string;
  readonly startMicros: number;
  readonly durationMicros: number;
  readonly type: StoredSegmentType;

  constructor(hour: string, name: string, startMicros: number, durationMicros: number, type: StoredSegmentType) {
    this.hour = hour;
    this.name = name;
    this.startMicros = startMicros;
    this.durationMicros = durationMicros;
    this.type = type;
  }

  get endMicros(): number {
    return this.startMicros + this.durationMicros;
  }

  get cutMicros(): null {
    return null;
  }

  get digest(): Digest | null {
    return this.#source?.digest ?? null;
  }

  /** What ties are decided by: the decoded last field of the name, of any length. */
  get hashBytes(): Uint8Array {
    const source = this.#source;
    if (source === undefined) return new Uint8Array();
    return ('hashBytes' in source ? source.hashBytes : source.digest?.bytes) ?? new Uint8Array();
  }

  get #source(): NameSource | undefined {
    return readStoredName(this.hour, this.name);
  }
}
