import { Buffer } from 'node:buffer';
import type { Digest } from '@waybill/digest';
import type { SegmentType } from './segment-type.ts';

/**
 * What the name of a segment file says: `TIME-DURATION-TYPE-HASH.ts` (docs/formats/segments.md#segment-names). Some of its
 * properties are getters: a spread drops them.
 */
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
  /** Digest of the content; null for a temp file. Decoded each time it is asked for. */
  readonly digest: Digest | null;
}

/**
 * A SegmentName that holds only what is compared, and takes the rest from the name when it is asked for: a pass over an
 * archive reads 100,000 names and asks for few digests. MUST be made of a name that the grammar takes.
 */
export class ParsedSegmentName implements SegmentName {
  readonly name: string;
  readonly startMicros: number;
  readonly durationMicros: number;
  readonly type: SegmentType;

  constructor(name: string, startMicros: number, durationMicros: number, type: SegmentType) {
    this.name = name;
    this.startMicros = startMicros;
    this.durationMicros = durationMicros;
    this.type = type;
  }

  get durationText(): string {
    const [start, end] = this.#durationField();
    return this.name.slice(start, end);
  }

  get hashText(): string {
    const [, durationEnd] = this.#durationField();
    return this.name.slice(durationEnd + this.type.length + 2, -3);
  }

  get digest(): Digest | null {
    if (this.type === 'temp') return null;
    // The grammar has checked the text. A copy: what comes out of the decoder keeps 64 KiB of others' bytes alive.
    return { algorithm: 'sha256', bytes: new Uint8Array(Buffer.from(this.hashText, 'base64url')) };
  }

  #durationField(): [start: number, end: number] {
    const start = this.name.indexOf('-') + 1;
    return [start, this.name.indexOf('-', start)];
  }
}
