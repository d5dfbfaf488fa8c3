import type { Digest } from '@waybill/digest';
import { parseBase64Url } from '@waybill/digest';
import type { SegmentType } from './segment-type.ts';

/** What the name of a segment file says: `TIME-DURATION-TYPE-HASH.ts` (docs/formats/segments.md#segment-names). */
export interface SegmentName {
  /** The bare file name. */
  readonly name: string;
  /** Offset within the hour. */
  readonly startMicros: number;
  readonly durationMicros: number;
  /** The duration as the name writes it, in seconds. */
  readonly durationText: string;
  readonly type: SegmentType;
  /** The last field as the name writes it: the digest in base64url, or a temp file's own mark. */
  readonly hashText: string;
  /** Digest of the content; null for a temp file. Decoded when it is first asked for: it is a getter, a spread drops it. */
  readonly digest: Digest | null;
}

/** A SegmentName whose digest is decoded late: a pass over an archive reads 100,000 names and asks for few digests. */
export class ParsedSegmentName implements SegmentName {
  readonly name: string;
  readonly startMicros: number;
  readonly durationMicros: number;
  readonly durationText: string;
  readonly type: SegmentType;
  readonly hashText: string;
  #digest: Digest | undefined;

  constructor(
    name: string,
    startMicros: number,
    durationMicros: number,
    durationText: string,
    type: SegmentType,
    hashText: string,
  ) {
    this.name = name;
    this.startMicros = startMicros;
    this.durationMicros = durationMicros;
    this.durationText = durationText;
    this.type = type;
    this.hashText = hashText;
  }

  get digest(): Digest | null {
    if (this.type === 'temp') return null;
    this.#digest ??= parseBase64Url(this.hashText);
    return this.#digest;
  }
}
