import { byte } from './packet.ts';
import { TICKS_PER_SECOND } from './ticks.ts';

/*
 * An ADTS header (ISO/IEC 13818-7 section 6.2): sync:12 version:1 layer:2 absent:1 | profile:2 rate:4 private:1 channels:1
 * | channels:2 … length:2 | length:8 | length:3 … – the length counts the header too.
 */
export const ADTS_HEADER_BYTES = 6;
const SAMPLES_PER_FRAME = 1024;
const RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

export interface AdtsFrame {
  /** With the header. */
  readonly sizeBytes: number;
  /** How long it plays; a fraction at 44.1 kHz. */
  readonly ticks: number;
}

/** Whether two bytes may begin a frame. */
export function isAdtsSync(first: number, second: number): boolean {
  return first === 0xff && (second & 0xf6) === 0xf0;
}

/** The frame that the header at a place tells of; undefined where none lies there as a whole. */
export function readAdtsHeader(bytes: Uint8Array, at: number): AdtsFrame | undefined {
  if (at + ADTS_HEADER_BYTES > bytes.length || !isAdtsSync(byte(bytes, at), byte(bytes, at + 1))) return undefined;
  const rate = RATES[(byte(bytes, at + 2) >> 2) & 0x0f];
  const sizeBytes = ((byte(bytes, at + 3) & 0x03) << 11) | (byte(bytes, at + 4) << 3) | (byte(bytes, at + 5) >> 5);
  if (rate === undefined || sizeBytes < ADTS_HEADER_BYTES) return undefined;
  return { sizeBytes, ticks: (SAMPLES_PER_FRAME * TICKS_PER_SECOND) / rate };
}

/** Where the first frame begins that another one follows, or the end; what is before is the rest of an earlier one. */
function firstFrame(bytes: Uint8Array): number {
  for (let at = 0; at + ADTS_HEADER_BYTES <= bytes.length; at += 1) {
    const frame = readAdtsHeader(bytes, at);
    if (frame === undefined) continue;
    const next = at + frame.sizeBytes;
    if (next + 1 >= bytes.length || isAdtsSync(byte(bytes, next), byte(bytes, next + 1))) return at;
  }
  return bytes.length;
}

/** The first frame that begins `ticks` or more behind the first of all; undefined where none does. */
export function frameAfter(
  bytes: Uint8Array,
  ticks: number,
): { readonly at: number; readonly ticks: number } | undefined {
  let at = firstFrame(bytes);
  let passed = 0;
  for (;;) {
    const frame = readAdtsHeader(bytes, at);
    if (frame === undefined) return undefined;
    if (passed >= ticks) return { at, ticks: passed };
    at += frame.sizeBytes;
    passed += frame.ticks;
  }
}
