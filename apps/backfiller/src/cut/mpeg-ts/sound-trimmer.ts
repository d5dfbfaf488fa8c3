import { frameAfter } from './adts-frames.ts';
import { hasPayload, isUnitStart, pidOf } from './packet.ts';
import { dtsField, findPesHeader, pesContentStart, ptsField, readTimestamp, writeTimestamp } from './pes-header.ts';
import type { PacketPlace } from './pes-slots.ts';
import { blank, joinPayload, refill } from './pes-slots.ts';
import { ticksBetween, wrapTicks } from './ticks.ts';

/** Which frames of a stream of AAC are left out of a part. */
export interface SoundTrim {
  readonly pid: number;
  /** Those that begin before this PTS of the part; 33 bits. */
  readonly fromPts: number;
}

/** So much (3 ms) a frame may overlap the one before: times that came by RTMP are whole milliseconds. */
export const OVERLAP_TOLERANCE_TICKS = 270;

const PES_LENGTH_AT = 4;

/** Takes frames out of the start of a stream of AAC in ADTS, in place: one PES packet often holds a tenth of a second of them. */
export class SoundTrimmer {
  readonly #trim: SoundTrim;
  #unit: PacketPlace[] = [];
  #isDone = false;

  constructor(trim: SoundTrim) {
    this.#trim = trim;
  }

  /** Whether nothing that was offered will be changed any more. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Takes the packets of a part in their order. They may be changed until `isDone`, or `finish`. */
  offer(place: PacketPlace): void {
    const { bytes, at } = place;
    if (this.#isDone || pidOf(bytes, at) !== this.#trim.pid || !hasPayload(bytes, at)) return;
    if (!isUnitStart(bytes, at) || !this.finish()) this.#unit.push(place);
  }

  /** The PES packet that has begun is complete. Returns `isDone`. */
  finish(): boolean {
    const unit = this.#unit;
    this.#unit = [];
    if (unit.length === 0) return false;
    const kept = trimmedPes(joinPayload(unit), unit, this.#trim.fromPts);
    if (kept === undefined) unit.forEach(blank);
    else {
      this.#isDone = true;
      if (kept !== 'as it is') refill(unit, kept);
    }
    return this.#isDone;
  }
}

/** Undefined where none of its frames is kept. */
function trimmedPes(
  pes: Buffer,
  [first]: readonly PacketPlace[],
  fromPts: number,
): Uint8Array | 'as it is' | undefined {
  const ptsAt = ptsField(pes, 0);
  if (first === undefined || findPesHeader(first.bytes, first.at) === -1 || ptsAt === -1) return undefined;
  const missing = ticksBetween(readTimestamp(pes, ptsAt), fromPts) - OVERLAP_TOLERANCE_TICKS;
  if (missing <= 0) return 'as it is';
  const start = pesContentStart(pes, 0);
  const frame = frameAfter(pes.subarray(start), missing);
  return frame === undefined ? undefined : withoutFrames(pes, start, frame);
}

function withoutFrames(pes: Buffer, start: number, { at, ticks }: { at: number; ticks: number }): Uint8Array {
  const kept = Buffer.concat([pes.subarray(0, start), pes.subarray(start + at)]);
  for (const field of [ptsField(kept, 0), dtsField(kept, 0)])
    if (field !== -1) writeTimestamp(kept, field, wrapTicks(readTimestamp(kept, field) + Math.round(ticks)));
  const length = kept.readUInt16BE(PES_LENGTH_AT);
  // 0: it is not said. One that says less than it holds says nothing, either.
  kept.writeUInt16BE(Math.max(0, length - at), PES_LENGTH_AT);
  return kept;
}
