/** ceil(32 bytes · 8 bits / 6 bits for each character) */
const DIGEST_TEXT_LENGTH = 43;

const ALPHABET = flags('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
/** 43 characters hold 258 bits: the last one has two to spare, which must be 0, so that a digest has one text. */
const LAST = flags('AEIMQUYcgkosw048');
const TEMP_ID = flags('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.');

/** True where the text from `start` to `end` is a SHA-256 digest in base64url: 43 characters, no padding, spare bits 0. */
export function isDigestText(text: string, start = 0, end = text.length): boolean {
  return end - start === DIGEST_TEXT_LENGTH && all(text, start, end, ALPHABET) && LAST[text.charCodeAt(end - 1)] === 1;
}

/** True for what may stand in a temp name's last field: a uuid of wubloader's, a mark of ours. */
export function isTempId(text: string, start = 0, end = text.length): boolean {
  return end > start && all(text, start, end, TEMP_ID);
}

function all(text: string, start: number, end: number, allowed: Uint8Array): boolean {
  for (let i = start; i < end; i += 1) {
    // Undefined, and so not 1, beyond ASCII.
    if (allowed[text.charCodeAt(i)] !== 1) return false;
  }
  return true;
}

function flags(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
