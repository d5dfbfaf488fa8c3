const PAD = 0x3d;
const NO_SEXTET = 64;
const SEXTET = sextets();

/**
 * Decodes base64 as wubloader's parser does (Python's non-strict a2b_base64 behind `-_` for `+/`, after padding to a
 * multiple of 4): unknown characters are skipped, `+` and `/` are taken too, the length may be any.
 * Undefined where Python raises: a group that is left incomplete and not padded.
 */
export function decodeLooseBase64(text: string): Uint8Array | undefined {
  // A lone surrogate has no UTF-8 form: Python refuses to encode it.
  if (!text.isWellFormed()) return undefined;
  const codePoints = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const padding = (4 - (codePoints.length % 4)) % 4;
  return decode([...codePoints, ...new Array<number>(padding).fill(PAD)]);
}

function decode(codes: readonly number[]): Uint8Array | undefined {
  const bytes: number[] = [];
  let place = 0;
  let bits = 0;
  let pads = 0;
  for (const code of codes) {
    if (code === PAD) {
      if (place < 2) continue;
      pads += 1;
      if (place + pads >= 4) return Uint8Array.from(bytes);
      continue;
    }
    const sextet = SEXTET[code] ?? NO_SEXTET;
    if (sextet === NO_SEXTET) continue;
    pads = 0;
    bits = ((bits << 6) | sextet) & 0x3fff;
    if (place > 0) bytes.push((bits >> (6 - 2 * place)) & 0xff);
    place = (place + 1) % 4;
  }
  return place === 0 ? Uint8Array.from(bytes) : undefined;
}

function sextets(): Uint8Array {
  const table = new Uint8Array(128).fill(NO_SEXTET);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let value = 0; value < 64; value += 1) table[alphabet.charCodeAt(value)] = value;
  table['-'.charCodeAt(0)] = 62;
  table['_'.charCodeAt(0)] = 63;
  return table;
}
