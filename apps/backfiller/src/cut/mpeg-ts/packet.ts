/*
 * A transport packet (ISO/IEC 13818-1 section 2.4.3.2), 188 bytes:
 *
 *   0      0x47
 *   1      error:1 unit-start:1 priority:1 pid:5
 *   2      pid:8
 *   3      scrambling:2 adaptation:1 payload:1 continuity:4
 *   4      with adaptation: its length L, then L bytes
 *   4 / 5+L  with payload: the rest
 *
 * All functions take the bytes and where the packet begins in them: an object for each packet would cost more than the work.
 */

export const PACKET_BYTES = 188;
export const SYNC_BYTE = 0x47;
/** Packets that only fill. */
export const NULL_PID = 0x1fff;

export function pidOf(bytes: Uint8Array, at: number): number {
  return ((byte(bytes, at + 1) & 0x1f) << 8) | byte(bytes, at + 2);
}

/** Whether a PES packet, or a section of a table, begins in the payload. */
export function isUnitStart(bytes: Uint8Array, at: number): boolean {
  return (byte(bytes, at + 1) & 0x40) !== 0;
}

export function hasPayload(bytes: Uint8Array, at: number): boolean {
  return (byte(bytes, at + 3) & 0x10) !== 0;
}

/** Length of the adaptation field without its length byte; -1 where there is no such field. */
export function adaptationLength(bytes: Uint8Array, at: number): number {
  return (byte(bytes, at + 3) & 0x20) === 0 ? -1 : byte(bytes, at + 4);
}

/** Where the payload begins; the end of the packet where there is none. */
export function payloadStart(bytes: Uint8Array, at: number): number {
  const end = at + PACKET_BYTES;
  return hasPayload(bytes, at) ? Math.min(end, at + 5 + adaptationLength(bytes, at)) : end;
}

/** A number of 4 bits that counts the packets of a PID that have a payload. */
export function continuityOf(bytes: Uint8Array, at: number): number {
  return byte(bytes, at + 3) & 0x0f;
}

export function setContinuity(bytes: Uint8Array, at: number, value: number): void {
  bytes[at + 3] = (byte(bytes, at + 3) & 0xf0) | (value & 0x0f);
}

/** Takes back what the sender said of clock and counters: that they begin anew here. */
export function clearDiscontinuity(bytes: Uint8Array, at: number): void {
  if (adaptationLength(bytes, at) > 0) bytes[at + 5] = byte(bytes, at + 5) & 0x7f;
}

/** The byte at a place; 0 beyond the end. */
export function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
