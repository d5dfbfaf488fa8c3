import { isUtf8 } from 'node:buffer';

/** Path as text for people and JSON: bytes that are no UTF-8 become `\xNN`, everything else stays. */
export function formatPath(path: Uint8Array): string {
  if (isUtf8(path)) return decode(path, 0, path.length);
  let text = '';
  let start = 0;
  for (let at = 0; at < path.length;) {
    const length = sequenceLength(path, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += decode(path, start, at) + escapeByte(path[at] ?? 0);
    at += 1;
    start = at;
  }
  return text + decode(path, start, path.length);
}

function decode(path: Uint8Array, start: number, end: number): string {
  return Buffer.from(path.buffer, path.byteOffset + start, end - start).toString('utf8');
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** Of the UTF-8 sequence at a place, or 0 where none begins (Unicode 15, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0;
  const [low, high] = SECOND.get(first) ?? [0x80, 0xbf];
  const second = bytes[at + 1] ?? 0;
  if (second < low || second > high) return 0;
  for (let next = at + 2; next < at + length; next += 1) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** First bytes whose second byte has a narrower range: no overlong forms, no surrogates, nothing above U+10FFFF. */
const SECOND: ReadonlyMap<number, readonly [low: number, high: number]> = new Map([
  [0xe0, [0xa0, 0xbf]],
  [0xed, [0x80, 0x9f]],
  [0xf0, [0x90, 0xbf]],
  [0xf4, [0x80, 0x8f]],
]);
