import { adaptationLength, byte } from './packet.ts';

/*
 * In an adaptation field (section 2.4.3.4) after length and flags: PCR if flag 0x10, then OPCR if flag 0x08, each 6 bytes:
 * base:33 (90 kHz) reserved:6 extension:9 (27 MHz).
 */
const PCR_FLAG = 0x10;
const OPCR_FLAG = 0x08;
const FIELD_BYTES = 6;

/** Where the PCR of a packet lies; -1 where it has none. */
export function findPcr(bytes: Uint8Array, at: number): number {
  return adaptationLength(bytes, at) > FIELD_BYTES && (byte(bytes, at + 5) & PCR_FLAG) !== 0 ? at + 6 : -1;
}

/** Where the original PCR lies, which a packet keeps through a first multiplexer; -1 where it has none. */
export function findOpcr(bytes: Uint8Array, at: number): number {
  const before = findPcr(bytes, at) === -1 ? 0 : FIELD_BYTES;
  const fits = adaptationLength(bytes, at) > before + FIELD_BYTES;
  return fits && (byte(bytes, at + 5) & OPCR_FLAG) !== 0 ? at + 6 + before : -1;
}

/** The 33 bits that count at 90 kHz. */
export function readClockBase(bytes: Uint8Array, field: number): number {
  const high = byte(bytes, field) * 2 ** 24 + byte(bytes, field + 1) * 2 ** 16;
  return (high + byte(bytes, field + 2) * 2 ** 8 + byte(bytes, field + 3)) * 2 + (byte(bytes, field + 4) >> 7);
}

/** Leaves the extension as it is. `ticks` is within [0, 2^33). */
export function writeClockBase(bytes: Uint8Array, field: number, ticks: number): void {
  const high = Math.floor(ticks / 2);
  bytes[field] = Math.floor(high / 2 ** 24);
  bytes[field + 1] = Math.floor(high / 2 ** 16) & 0xff;
  bytes[field + 2] = Math.floor(high / 2 ** 8) & 0xff;
  bytes[field + 3] = high & 0xff;
  bytes[field + 4] = ((ticks % 2) << 7) | (byte(bytes, field + 4) & 0x7f);
}
