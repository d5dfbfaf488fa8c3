import { byte, isUnitStart, PACKET_BYTES, payloadStart, pidOf } from './packet.ts';

type StreamRole = 'video' | 'audio' | 'other';

export interface ElementaryStream {
  readonly pid: number;
  /** As in the table: 0x1b is H.264, 0x0f AAC with ADTS headers. */
  readonly type: number;
  readonly role: StreamRole;
  /** Nothing says what it is: it may be a picture or sound all the same. */
  readonly isUnknown: boolean;
}

export interface Program {
  readonly number: number;
  readonly transportStreamId: number;
  readonly mapPid: number;
  /** Of the stream whose packets carry the clock; 0x1fff where none does. */
  readonly clockPid: number;
  readonly streams: readonly ElementaryStream[];
}

export const H264 = 0x1b;
export const HEVC = 0x24;
export const AAC_ADTS = 0x0f;

const VIDEO: ReadonlySet<number> = new Set([0x01, 0x02, 0x10, H264, HEVC, 0x33]);
const AUDIO: ReadonlySet<number> = new Set([0x03, 0x04, AAC_ADTS, 0x11, 0x81, 0x87]);
/** PES packets with private data. */
const PRIVATE_PES = 0x06;
const REGISTRATION = 0x05;
const REGISTERED: ReadonlyMap<string, StreamRole> = new Map([
  ['AV01', 'video'],
  ['HEVC', 'video'],
  ['VC-1', 'video'],
  ['Opus', 'audio'],
  ['AC-3', 'audio'],
  ['EAC3', 'audio'],
  ['KLVA', 'other'],
]);
/** Tags of ETSI EN 300 468: teletext, subtitles, AC-3, E-AC-3, DTS, AAC. */
const DVB: ReadonlyMap<number, StreamRole> = new Map([
  [0x56, 'other'],
  [0x59, 'other'],
  [0x6a, 'audio'],
  [0x7a, 'audio'],
  [0x7b, 'audio'],
  [0x7c, 'audio'],
]);
const CRC_BYTES = 4;

/** Reads the tables (sections 2.4.4.3 and 2.4.4.8) from the packets that hold them; those of one program, as recorders write. */
export class ProgramTables {
  #map: { pid: number; number: number; transportStreamId: number } | undefined;
  #program: Program | undefined;

  /** Undefined until both tables have come. */
  get program(): Program | undefined {
    return this.#program;
  }

  /** Takes one packet; others than those of tables are passed over. */
  offer(bytes: Uint8Array, at: number): void {
    if (!isUnitStart(bytes, at)) return;
    const pid = pidOf(bytes, at);
    if (pid === 0) this.#readAssociation(sectionOf(bytes, at));
    else if (pid === this.#map?.pid) this.#readMap(sectionOf(bytes, at));
  }

  #readAssociation(section: Uint8Array): void {
    if (byte(section, 0) !== 0x00) return;
    for (let at = 8; at + 4 <= section.length - CRC_BYTES; at += 4) {
      const number = word(section, at);
      // Program 0 is the network table.
      if (number === 0) continue;
      this.#map = { number, transportStreamId: word(section, 3), pid: word(section, at + 2) & 0x1fff };
      return;
    }
  }

  #readMap(section: Uint8Array): void {
    if (byte(section, 0) !== 0x02 || this.#map === undefined) return;
    const streams: ElementaryStream[] = [];
    let at = 12 + (word(section, 10) & 0x0fff);
    while (at + 5 <= section.length - CRC_BYTES) {
      const type = byte(section, at);
      const end = at + 5 + (word(section, at + 3) & 0x0fff);
      streams.push({ pid: word(section, at + 1) & 0x1fff, type, ...kindOf(type, section.subarray(at + 5, end)) });
      at = end;
    }
    const { number, transportStreamId, pid } = this.#map;
    const clockPid = word(section, 8) & 0x1fff;
    this.#program = { number, transportStreamId, mapPid: pid, clockPid, streams };
  }
}

function kindOf(type: number, descriptors: Uint8Array): { role: StreamRole; isUnknown: boolean } {
  if (VIDEO.has(type)) return { role: 'video', isUnknown: false };
  if (AUDIO.has(type)) return { role: 'audio', isUnknown: false };
  const role = type === PRIVATE_PES ? privateRole(descriptors) : 'other';
  return { role: role ?? 'other', isUnknown: role === undefined };
}

/** Descriptors are tag:8 length:8 and content. What is sent as private data says in them what it is. */
function privateRole(descriptors: Uint8Array): StreamRole | undefined {
  for (let at = 0; at + 2 <= descriptors.length; at += 2 + byte(descriptors, at + 1)) {
    const tag = byte(descriptors, at);
    const format = String.fromCharCode(...descriptors.subarray(at + 2, at + 6));
    const role = tag === REGISTRATION ? REGISTERED.get(format) : DVB.get(tag);
    if (role !== undefined) return role;
  }
  return undefined;
}

/** The section that begins in a packet, as far as it lies in it: a table of one program is far shorter. */
function sectionOf(bytes: Uint8Array, at: number): Uint8Array {
  const payload = payloadStart(bytes, at);
  const start = payload + 1 + byte(bytes, payload);
  const length = 3 + (word(bytes, start + 1) & 0x0fff);
  return bytes.subarray(start, Math.max(start, Math.min(start + length, at + PACKET_BYTES)));
}

function word(bytes: Uint8Array, at: number): number {
  return (byte(bytes, at) << 8) | byte(bytes, at + 1);
}
