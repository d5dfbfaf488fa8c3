import { byte, isUnitStart, PACKET_BYTES, payloadStart } from './packet.ts';

/*
 * A PES packet (section 2.4.3.6): 0x000001 stream-id:8 length:16, then for most streams 2 bytes of flags (bits 7-6 of the
 * second: PTS 10, PTS and DTS 11), the length of what follows, PTS and DTS, 5 bytes each:
 * mark:4 bits32-30:3 1 | bits29-22:8 | bits21-15:7 1 | bits14-7:8 | bits6-0:7 1
 */
const PTS_AT = 9;
const DTS_AT = 14;
const TIMESTAMP_BYTES = 5;

/** Streams whose PES packets have no flags: program map, padding, private 2, ECM, EMM, directory, DSM-CC, H.222.1 E. */
const PLAIN_STREAMS: ReadonlySet<number> = new Set([0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xff, 0xf2, 0xf8]);

/** Where the PES header of a transport packet begins; -1 where none begins in it, or it is of a stream without timestamps. */
export function findPesHeader(bytes: Uint8Array, at: number): number {
  if (!isUnitStart(bytes, at)) return -1;
  const start = payloadStart(bytes, at);
  const isPes = start + PTS_AT <= at + PACKET_BYTES && startsPes(bytes, start);
  return isPes && !PLAIN_STREAMS.has(byte(bytes, start + 3)) ? start : -1;
}

function startsPes(bytes: Uint8Array, start: number): boolean {
  return byte(bytes, start) === 0 && byte(bytes, start + 1) === 0 && byte(bytes, start + 2) === 1;
}

/** Where the PTS lies, given the PES header; -1 where there is none. */
export function ptsField(bytes: Uint8Array, header: number): number {
  return (byte(bytes, header + 7) & 0x80) !== 0 && byte(bytes, header + 8) >= TIMESTAMP_BYTES ? header + PTS_AT : -1;
}

/** Where the DTS lies, given the PES header; -1 where there is none, and it equals the PTS. */
export function dtsField(bytes: Uint8Array, header: number): number {
  const has = byte(bytes, header + 7) >> 6 === 3 && byte(bytes, header + 8) >= 2 * TIMESTAMP_BYTES;
  return has ? header + DTS_AT : -1;
}

/** Where the content begins behind the header. */
export function pesContentStart(bytes: Uint8Array, header: number): number {
  return header + PTS_AT + byte(bytes, header + 8);
}

/** How many bytes from the header on have to lie in its packet, so that its timestamps can be read there. */
export function timestampsEnd(bytes: Uint8Array, header: number): number {
  if (dtsField(bytes, header) !== -1) return header + DTS_AT + TIMESTAMP_BYTES;
  return ptsField(bytes, header) === -1 ? header : header + DTS_AT;
}

export function readTimestamp(bytes: Uint8Array, field: number): number {
  const middle = (byte(bytes, field + 1) << 7) | (byte(bytes, field + 2) >> 1);
  const low = (byte(bytes, field + 3) << 7) | (byte(bytes, field + 4) >> 1);
  return ((byte(bytes, field) >> 1) & 0x07) * 2 ** 30 + middle * 2 ** 15 + low;
}

/** Leaves the mark and the marker bits as they are. `ticks` is within [0, 2^33). */
export function writeTimestamp(bytes: Uint8Array, field: number, ticks: number): void {
  const low = ticks % 2 ** 30;
  bytes[field] = (byte(bytes, field) & 0xf1) | (Math.floor(ticks / 2 ** 30) << 1);
  bytes[field + 1] = (low >> 22) & 0xff;
  bytes[field + 2] = ((low >> 14) & 0xfe) | (byte(bytes, field + 2) & 1);
  bytes[field + 3] = (low >> 7) & 0xff;
  bytes[field + 4] = ((low << 1) & 0xfe) | (byte(bytes, field + 4) & 1);
}
