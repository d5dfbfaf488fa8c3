import { CarTruncatedError, VarintInvalidError } from '../errors.ts';

/** Seven bits a byte: eight bytes hold 2^56 - 1, more than a number can. */
const MOST_VARINT_BYTES = 8;

/**
 * Reads an unsigned varint, as https://github.com/multiformats/unsigned-varint has it: least significant part first, no
 * longer than need be. How many bytes it took is {@link varintLength} of the value: there is only one way to write it.
 * @throws VarintInvalidError when it is not minimal or above 2^53 - 1; CarTruncatedError when `end` comes first.
 */
export function readVarint(bytes: Uint8Array, at: number, end: number): number {
  if (at < end) {
    const only = bytes[at] ?? 0;
    if (only < 0x80) return only;
  }
  if (at + 1 < end) {
    // Two bytes: nearly all frames. A last byte of 0 would be no minimal varint.
    const second = bytes[at + 1] ?? 0;
    if (second > 0 && second < 0x80) return ((bytes[at] ?? 0) & 0x7f) + second * 0x80;
  }
  return readLongVarint(bytes, at, end);
}

function readLongVarint(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  let scale = 1;
  for (let at = start; at < start + MOST_VARINT_BYTES; at += 1) {
    if (at >= end) throw new CarTruncatedError(start, 'a varint', at - start + 1, Math.max(0, end - start));
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte < 0x80) return checked(value, byte, start);
  }
  throw new VarintInvalidError(start, `a varint has more than ${MOST_VARINT_BYTES} bytes`);
}

function checked(value: number, lastByte: number, start: number): number {
  if (lastByte === 0) throw new VarintInvalidError(start, 'a varint is longer than it has to be');
  if (value > Number.MAX_SAFE_INTEGER) throw new VarintInvalidError(start, 'a varint is larger than 2^53 - 1');
  return value;
}

/** How many bytes the varint of this value has. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  let length = 3;
  for (let rest = value / 0x20_0000; rest >= 1; rest /= 0x80) length += 1;
  return length;
}

/** Writes the varint of `value`, and gives the place after it. */
export function writeVarint(value: number, bytes: Uint8Array, at: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no unsigned integer`);
  let next = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    bytes[next] = (rest % 0x80) + 0x80;
    next += 1;
  }
  bytes[next] = rest;
  return next + 1;
}

/** The varint of `value` alone. */
export function encodeVarint(value: number): Uint8Array {
  const bytes = new Uint8Array(varintLength(value));
  writeVarint(value, bytes, 0);
  return bytes;
}
