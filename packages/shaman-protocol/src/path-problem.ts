import { Buffer } from 'node:buffer';
import { MAX_DEPTH, MAX_NAME_BYTES, MAX_PATH_BYTES } from './limits.ts';

/** The usual path: words joined by single or several harmless signs. The two classes share no character: the test is linear. */
const PLAIN_PATH = /^[\w-]+(?:[ .()+,=@&#']+[\w-]+)*(?:\/[\w-]+(?:[ .()+,=@&#']+[\w-]+)*)*$/;

/** The same with the letters and digits of all scripts. */
const PLAIN_UNICODE_PATH =
  /^[\p{L}\p{M}\p{N}_-]+(?:[ .()+,=@&#']+[\p{L}\p{M}\p{N}_-]+)*(?:\/[\p{L}\p{M}\p{N}_-]+(?:[ .()+,=@&#']+[\p{L}\p{M}\p{N}_-]+)*)*$/u;

/** So short a plain path cannot be too long or too deep. A UTF-16 unit is at most three bytes of UTF-8. */
const SHORT = 2 * MAX_DEPTH;
const SHORT_UNICODE = Math.floor(MAX_NAME_BYTES / 3);

/** Some component may be reserved: a cheap question before the dear one. */
const MAYBE_RESERVED = /(?:^|\/)(?:con|prn|aux|nul|com|lpt)/i;

/** What Windows opens as a device, with any extension, stream name or blanks behind it; the digits may be superscript. */
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:[.:].*)?$/i;

const CONTROL = /\p{Cc}/u;
const DRIVE = /^[a-z]:/i;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const DOTS_OR_BLANKS = /^[. ]+$/;

/** Why a path of a file is refused, for people; undefined where nothing is wrong with it. */
export function findPathProblem(path: string): string | undefined {
  if (isPlain(path) && !MAYBE_RESERVED.test(path)) return undefined;
  return problemOfWhole(path) ?? problemOfNames(path.split('/'));
}

function isPlain(path: string): boolean {
  if (path.length <= SHORT && PLAIN_PATH.test(path)) return true;
  return path.length <= SHORT_UNICODE && PLAIN_UNICODE_PATH.test(path);
}

function problemOfWhole(path: string): string | undefined {
  if (path === '') return 'it is empty';
  // The length in UTF-16 units first: what is far too long is not measured.
  if (path.length > MAX_PATH_BYTES || Buffer.byteLength(path) > MAX_PATH_BYTES)
    return `it has more than ${MAX_PATH_BYTES} bytes`;
  if (!path.isWellFormed()) return 'it has half a surrogate pair, which UTF-8 cannot say';
  if (CONTROL.test(path)) return 'it has a control character';
  if (path.startsWith('/')) return 'it is absolute';
  // On Windows these two lead out of the checkout.
  if (path.includes('\\')) return 'it has a backslash';
  if (DRIVE.test(path)) return 'it starts with a drive letter';
  return undefined;
}

function problemOfNames(names: readonly string[]): string | undefined {
  if (names.length > MAX_DEPTH) return `it has more than ${MAX_DEPTH} components`;
  for (const name of names) {
    const problem = problemOfName(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfName(name: string): string | undefined {
  if (name === '') return 'it has an empty component';
  if (name === '.' || name === '..') return `it has a component ${name}`;
  // U+2025, U+FF0E: what normalises names to NFKC would see dots.
  if (!LETTER_OR_DIGIT.test(name) && DOTS_OR_BLANKS.test(name.normalize('NFKC')))
    return 'it has a component of nothing but dots and blanks';
  // Windows drops them, and finds another file.
  if (name.endsWith('.') || name.endsWith(' ')) return 'a component ends in a dot or a blank';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `a component has more than ${MAX_NAME_BYTES} bytes`;
  if (RESERVED.test(name)) return 'a component is the name of a device on Windows';
  return undefined;
}
