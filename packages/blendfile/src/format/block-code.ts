/**
 * The four bytes that begin a file-block, as a number: the first byte is the lowest, whatever the file's endianness.
 * Datablocks have two letters and two zero bytes (`OB`), everything else four (`DATA`, `GLOB`).
 */
export type BlockCodeWord = number;

/** Text to number; MUST be one to four characters below U+0100. */
export function parseBlockCode(text: string): BlockCodeWord {
  let word = 0;
  for (let index = 3; index >= 0; index -= 1) word = word * 256 + (text.charCodeAt(index) & 0xff || 0);
  return word;
}

/** Number to text, without zero bytes at the end. */
export function formatBlockCode(word: BlockCodeWord): string {
  const text = String.fromCharCode(word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24);
  return text.replace(/\0+$/, '');
}

/** True for `OB`, `ME`, … and for no code of four letters. */
export function isDatablockCode(word: BlockCodeWord): boolean {
  return word <= 0xffff;
}

export const DATA = parseBlockCode('DATA');
export const DNA1 = parseBlockCode('DNA1');
export const ENDB = parseBlockCode('ENDB');
