import { Buffer } from 'node:buffer';

/** It is for people who read a log: the end of a long path says the most. */
const MAX_CHARACTERS = 1024;

/** `=?charset?B|Q?text?=` (RFC 2047 section 2), of two charsets. */
const ENCODED_WORD = /=\?(utf-8|us-ascii|iso-8859-1)(?:\*[a-z-]*)?\?([bq])\?([^?\s]*)\?=/gi;

/** Blanks between two encoded words are not part of the text (RFC 2047 section 6.2). */
const BLANKS_BETWEEN_WORDS = /(\?=)[ \t]+(?==\?)/g;

/** Printable ASCII, without what a reader would take for an encoded word, and without blanks at its ends, which HTTP drops. */
const PLAIN = /^(?! )(?!.*=\?)[\x20-\x7e]*(?<! )$/;

/** An encoded word has at most 75 characters: 63 are left for base64, which is 45 bytes. */
const WORD_BYTES = 45;

/** The value of `X-Shaman-Original-Filename`: ASCII as it is, anything else in words of RFC 2047, UTF-8 and base64. */
export function formatOriginalFilename(name: string): string {
  const text = lastCharacters(name);
  return PLAIN.test(text)
    ? text
    : splitUtf8(text)
        .map((word) => `=?utf-8?b?${word.toString('base64')}?=`)
        .join(' ');
}

/**
 * The name from a header as Node gives it (bytes as Latin-1): RFC 2047, raw UTF-8 or Latin-1, whatever it is. Never
 * throws. Control characters come out escaped: the name is for logs, and for nothing else.
 */
export function parseOriginalFilename(header: string): string {
  const decoded = rawText(header.slice(-8 * MAX_CHARACTERS))
    .replace(BLANKS_BETWEEN_WORDS, '$1')
    .replace(ENCODED_WORD, decodeWord);
  return lastCharacters(decoded)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

function lastCharacters(text: string): string {
  return text.length <= MAX_CHARACTERS ? text.toWellFormed() : text.slice(-MAX_CHARACTERS).toWellFormed();
}

/** Each part is UTF-8 of its own, as section 5 asks for. */
function splitUtf8(text: string): Buffer[] {
  const words: Buffer[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word) + Buffer.byteLength(character) > WORD_BYTES) {
      words.push(Buffer.from(word));
      word = '';
    }
    word += character;
  }
  return [...words, Buffer.from(word)];
}

function rawText(header: string): string {
  const bytes = Buffer.from(header, 'latin1');
  const isLatin1 = bytes.toString('latin1') === header;
  return isLatin1 ? (utf8Text(bytes) ?? header) : header;
}

function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeWord(whole: string, charset: string, encoding: string, text: string): string {
  const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : decodeQ(text);
  return charset.toLowerCase() === 'utf-8' ? bytes.toString('utf8') : bytes.toString('latin1') || whole;
}

/** RFC 2047 section 4.2. */
function decodeQ(text: string): Buffer {
  const latin1 = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
