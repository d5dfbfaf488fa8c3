import { findPcr, readClockBase } from './clock-reference.ts';
import { PACKET_BYTES, pidOf } from './packet.ts';
import { dtsField, findPesHeader, ptsField, readTimestamp, timestampsEnd } from './pes-header.ts';
import type { ElementaryStream, Program } from './program-tables.ts';
import { ProgramTables } from './program-tables.ts';
import { ticksBetween } from './ticks.ts';

export interface Timestamps {
  readonly pts: number;
  /** The PTS where a packet has no DTS. */
  readonly dts: number;
}

export interface StreamStart extends Timestamps {
  readonly stream: ElementaryStream;
}

/** PTS and DTS of the PES packet that begins in a packet; undefined where none begins, or has them, or has them in the next packet. */
export function readTimestamps(bytes: Uint8Array, at: number): Timestamps | undefined {
  const header = findPesHeader(bytes, at);
  if (header === -1 || timestampsEnd(bytes, header) > at + PACKET_BYTES) return undefined;
  const [ptsAt, dtsAt] = [ptsField(bytes, header), dtsField(bytes, header)];
  if (ptsAt === -1) return undefined;
  const pts = readTimestamp(bytes, ptsAt);
  return { pts, dts: dtsAt === -1 ? pts : readTimestamp(bytes, dtsAt) };
}

/** Collects where the streams of a part begin: the tables, the first timestamps of video and audio, the first PCR. */
export class StreamHead {
  readonly #tables = new ProgramTables();
  readonly #first = new Map<number, Timestamps>();
  #pcr: number | undefined;

  offer(bytes: Uint8Array, at: number): void {
    this.#tables.offer(bytes, at);
    const pcrAt = findPcr(bytes, at);
    if (pcrAt !== -1) this.#pcr ??= readClockBase(bytes, pcrAt);
    const pid = pidOf(bytes, at);
    if (this.#first.has(pid)) return;
    const timestamps = readTimestamps(bytes, at);
    if (timestamps !== undefined) this.#first.set(pid, timestamps);
  }

  get program(): Program | undefined {
    return this.#tables.program;
  }

  get pcr(): number | undefined {
    return this.#pcr;
  }

  /** Of video and audio streams that have begun, in the order of the table. */
  get starts(): StreamStart[] {
    return this.#timed().flatMap((stream) => {
      const first = this.#first.get(stream.pid);
      return first === undefined ? [] : [{ stream, ...first }];
    });
  }

  /** Whether every video and audio stream of the table has begun. */
  get isComplete(): boolean {
    return this.#pcr !== undefined && this.program !== undefined && this.starts.length === this.#timed().length;
  }

  #timed(): ElementaryStream[] {
    return this.program?.streams.filter(({ role }) => role !== 'other') ?? [];
  }
}

/** The earliest DTS of those, by the shorter way around the wrap. Undefined where there is none. */
export function earliestDts(starts: readonly StreamStart[]): number | undefined {
  return starts
    .map(({ dts }) => dts)
    .reduce<number | undefined>(
      (earliest, dts) => (earliest === undefined || ticksBetween(earliest, dts) < 0 ? dts : earliest),
      undefined,
    );
}
