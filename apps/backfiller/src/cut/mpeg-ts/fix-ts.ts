import { findPcr, readClockBase } from './clock-reference.ts';
import { OutputClock } from './output-clock.ts';
import {
  clearDiscontinuity,
  continuityOf,
  hasPayload,
  isUnitStart,
  NULL_PID,
  PACKET_BYTES,
  payloadStart,
  pidOf,
  setContinuity,
} from './packet.ts';
import { findPesHeader, pesContentStart } from './pes-header.ts';
import type { ElementaryStream, Program } from './program-tables.ts';
import { AAC_ADTS } from './program-tables.ts';
import { shiftClock, shiftPes } from './shift-timestamps.ts';
import { OVERLAP_TOLERANCE_TICKS } from './sound-trimmer.ts';
import type { SoundTrim } from './sound-trimmer.ts';
import type { StreamStart } from './stream-head.ts';
import { earliestDts, readTimestamps } from './stream-head.ts';
import { ticksBetween, wrapTicks } from './ticks.ts';
import type { PacketBlock } from './whole-packets.ts';

interface PartStart {
  readonly program: Program | undefined;
  readonly starts: readonly StreamStart[];
  readonly pcr: number | undefined;
  /** Where the part has to begin in the output; default: right behind what went before. */
  readonly atTicks?: number | undefined;
  /** It was asked for behind the part before, whatever the timestamps of both say. */
  readonly isCut?: boolean | undefined;
}

/** A part whose timestamps go on where those before ended, within this (100 ms), keeps its offset: nothing is to be mended. */
const CONTINUOUS_TICKS = 9000;
/** Nearer to the decoding time than this, the clock of a part need not be moved. */
const CLOCK_TOLERANCE_TICKS = 9000;
/** So much sound (0.5 s) is left out at a seam, and no more: there the sound before it went on long after its picture. */
const LONGEST_TRIM_TICKS = 45_000;

/**
 * Puts parts of MPEG-TS one after the other on one timeline that begins at 0: the earliest DTS of the first part and its
 * first PCR. All streams of a part move together, so that picture and sound keep their relation. The picture of a part
 * follows the one before by one frame; its sound (AAC) that would come while the sound before still plays, or before the
 * first picture of all, is to be left out. Other streams are waited for: none ever goes back. Continuity counters go on as well.
 */
export class FixTs {
  readonly #clocks = new Map<string, OutputClock>();
  readonly #continuity = new Map<number, { last: number; shift: number | undefined }>();
  #roles = new Map<number, string>();
  #offset = 0;
  #pcrOffset = 0;
  #lastPcr: number | undefined;
  #hasBegun = false;

  /** To be called before the packets of a part are rewritten. Returns what has to be left out of them before. */
  beginPart(part: PartStart): SoundTrim[] {
    this.#nameStreams(part);
    for (const state of this.#continuity.values()) state.shift = undefined;
    const lead = this.#hasBegun ? [] : leadTrims(part);
    const first = earliestDts(withoutTrimmed(part.starts, lead));
    if (first === undefined) return [];
    if (part.atTicks !== undefined) this.#offset = part.atTicks - first;
    else if (!this.#hasBegun) this.#offset = -first;
    else if (part.isCut === true || !this.#continues(part.starts)) this.#offset = this.#earliestOffset(part);
    const trims = this.#hasBegun ? this.#trims(part) : lead;
    this.#hasBegun = true;
    this.#moveClock(part, earliestDts(withoutTrimmed(part.starts, trims)) ?? first);
    return trims;
  }

  /** Where the output ends, in ticks that do not wrap: behind the last frame of the stream that is longest. */
  get endTicks(): number {
    return Math.max(0, ...[...this.#clocks.values()].filter((clock) => clock.hasBegun).map((clock) => clock.nextPts));
  }

  /** Changes whole packets in place. Throws TsInvalidError. */
  rewrite({ bytes, offsetBytes }: PacketBlock): void {
    for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
      const pid = pidOf(bytes, at);
      if (pid === NULL_PID) continue;
      shiftPes(bytes, at, this.#offset, offsetBytes + at);
      shiftClock(bytes, at, this.#pcrOffset);
      this.#follow(bytes, at, pid);
      this.#count(bytes, at, pid);
    }
  }

  #nameStreams({ program }: PartStart): void {
    if (program === undefined) return;
    this.#roles = new Map();
    const seen = { video: 0, audio: 0, other: 0 };
    for (const { pid, role, type } of program.streams) {
      const name = `${role} ${(seen[role]++).toString()}`;
      this.#roles.set(pid, name);
      if (!this.#clocks.has(name)) this.#clocks.set(name, new OutputClock(type === AAC_ADTS));
    }
  }

  #clockOf(pid: number): OutputClock | undefined {
    return this.#clocks.get(this.#roles.get(pid) ?? '');
  }

  #continues(starts: readonly StreamStart[]): boolean {
    return starts.every(({ stream, dts }) => {
      const clock = this.#clockOf(stream.pid);
      if (clock?.hasBegun !== true) return true;
      const ahead = ticksBetween(clock.nextDts, dts + this.#offset);
      return Math.abs(ahead) <= CONTINUOUS_TICKS && ticksBetween(clock.lastDts, dts + this.#offset) > 0;
    });
  }

  /** The smallest offset with which no stream of the part begins before its predecessor has ended, once trimmed. */
  #earliestOffset({ program, starts }: PartStart): number {
    const first = earliestDts(starts) ?? 0;
    const begun = starts.filter(({ stream }) => this.#clockOf(stream.pid)?.hasBegun);
    const hasPicture = begun.some(({ stream }) => stream.role === 'video');
    const earliest = begun.flatMap(({ stream, pts, dts }) => {
      const { nextDts = 0, nextPts = 0 } = this.#clockOf(stream.pid) ?? {};
      const trimmed = hasPicture && isTrimmable(stream, program) ? LONGEST_TRIM_TICKS : 0;
      return [nextDts - ticksBetween(first, dts) - trimmed, nextPts - ticksBetween(first, pts) - trimmed];
    });
    return Math.round(earliest.length === 0 ? this.endTicks : Math.max(...earliest)) - first;
  }

  #trims({ program, starts }: PartStart): SoundTrim[] {
    return starts.flatMap(({ stream, pts }) => {
      const clock = this.#clockOf(stream.pid);
      if (clock?.hasBegun !== true || !isTrimmable(stream, program)) return [];
      const fromPts = wrapTicks(clock.nextPts - this.#offset);
      const overlap = ticksBetween(pts, fromPts);
      const isShort = overlap > OVERLAP_TOLERANCE_TICKS && overlap <= LONGEST_TRIM_TICKS;
      return isShort ? [{ pid: stream.pid, fromPts }] : [];
    });
  }

  /** The first PCR of a part shows the time at which its first frame is decoded. */
  #moveClock({ pcr }: PartStart, firstDts: number): void {
    if (pcr === undefined) return;
    const start = wrapTicks(firstDts + this.#offset);
    const asBefore = pcr + this.#pcrOffset;
    const isNear = Math.abs(ticksBetween(start, asBefore)) <= CLOCK_TOLERANCE_TICKS;
    const goesOn = this.#lastPcr !== undefined && ticksBetween(this.#lastPcr, asBefore) >= 0;
    if (!isNear || !goesOn) this.#pcrOffset = start - pcr;
  }

  #follow(bytes: Uint8Array, at: number, pid: number): void {
    const pcrAt = findPcr(bytes, at);
    if (pcrAt !== -1) this.#lastPcr = readClockBase(bytes, pcrAt);
    const clock = this.#clockOf(pid);
    if (clock === undefined || !hasPayload(bytes, at)) return;
    const timestamps = isUnitStart(bytes, at) ? readTimestamps(bytes, at) : undefined;
    if (timestamps !== undefined) {
      const dts = clock.unwrap(timestamps.dts, clock.hasBegun ? clock.lastDts : this.endTicks);
      clock.advance(dts + ticksBetween(timestamps.dts, timestamps.pts), dts);
    }
    if (clock.adts === undefined) return;
    const header = findPesHeader(bytes, at);
    const start = header === -1 ? payloadStart(bytes, at) : pesContentStart(bytes, header);
    clock.adts.push(bytes.subarray(start, at + PACKET_BYTES));
  }

  /** A part begins with the counter that follows; inside of it, what was lost stays lost. */
  #count(bytes: Uint8Array, at: number, pid: number): void {
    const given = continuityOf(bytes, at);
    let state = this.#continuity.get(pid);
    if (state === undefined) this.#continuity.set(pid, (state = { last: given - 1, shift: undefined }));
    if (state.shift === undefined) clearDiscontinuity(bytes, at);
    state.shift ??= state.last + (hasPayload(bytes, at) ? 1 : 0) - given;
    state.last = (given + state.shift) & 0x0f;
    setContinuity(bytes, at, state.last);
  }
}

/** What is known of its frames lets single ones be left out; the clock has to stay. */
function isTrimmable({ type, pid }: ElementaryStream, program: Program | undefined): boolean {
  return type === AAC_ADTS && program?.clockPid !== pid;
}

/** Sound that begins before the first picture of a cut is shown belongs to what was cut off. */
function leadTrims({ program, starts, isCut }: PartStart): SoundTrim[] {
  const picture = starts.find(({ stream }) => stream.role === 'video');
  if (picture === undefined || isCut !== true) return [];
  return starts.flatMap(({ stream, pts }) => {
    const lead = ticksBetween(pts, picture.pts);
    const isShort = lead > 0 && lead <= LONGEST_TRIM_TICKS && isTrimmable(stream, program);
    return isShort ? [{ pid: stream.pid, fromPts: wrapTicks(picture.pts + OVERLAP_TOLERANCE_TICKS) }] : [];
  });
}

function withoutTrimmed(starts: readonly StreamStart[], trims: readonly SoundTrim[]): StreamStart[] {
  return starts.map((start) => {
    const trim = trims.find(({ pid }) => pid === start.stream.pid);
    return trim === undefined ? start : { ...start, dts: trim.fromPts };
  });
}
