/** Pieces that mean something to one of the parsers. */
const TOKENS = [
  ' ',
  '\n',
  '\r\n',
  '/',
  '..',
  '/../',
  '\\',
  '\u0000',
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  'null',
  '-1',
  '9007199254740993',
  '1e400',
  '\u00e9',
  '\ud800',
  'file-unknown ',
  'already-uploading ',
  'ERROR',
  '0'.repeat(64),
  'con',
  'A',
  'a',
];

/** Changes `text` in up to three places: something left out, doubled, put in, or exchanged. */
export function mutate(text: string, random: () => number): string {
  let result = text;
  for (let left = Math.floor(random() * 4); left > 0; left -= 1) {
    const at = Math.floor(random() * (result.length + 1));
    const until = Math.min(result.length, at + Math.floor(random() * 8));
    const token = TOKENS[Math.floor(random() * TOKENS.length)] ?? '';
    const piece =
      [token, '', result.slice(at, until).repeat(2), String.fromCharCode(Math.floor(random() * 65_536))][
        Math.floor(random() * 4)
      ] ?? '';
    result = result.slice(0, at) + piece + result.slice(until);
  }
  return result;
}

/** The same for bytes. */
export function mutateBytes(bytes: Uint8Array, random: () => number): Uint8Array {
  let result = Buffer.from(bytes);
  for (let left = Math.floor(random() * 3); left > 0; left -= 1) {
    const at = Math.floor(random() * result.length);
    const kind = Math.floor(random() * 3);
    if (kind === 0) result[at] = Math.floor(random() * 256);
    else if (kind === 1) result = result.subarray(0, at);
    else
      result = Buffer.concat([result.subarray(0, at), Buffer.from([Math.floor(random() * 256)]), result.subarray(at)]);
  }
  return result;
}
