import { DefinitionBuilder } from './definition-builder.ts';
import { DEFAULT_MAX_DEFINITION_BYTES } from './limits.ts';
import type { DefinitionLimits } from './limits.ts';
import { DefinitionInvalidError, DefinitionTooLargeError } from './protocol-errors.ts';
import type { ShamanFile } from './shaman-file.ts';

/** Strict, and keeps a byte order mark, which is no part of a definition. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;

/** What Go's `TrimSpace`, and so the original, drops at the ends of a line; without the blanks outside ASCII. */
const BLANKS_AT_ENDS = /^[\t\v\f\r ]+|[\t\v\f\r ]+$/g;

/**
 * Reads `sha size path` lines, each ended by a line feed, which the last one may lack. A name may hold blanks; those at the
 * ends of a path are lost, as in the original (spec section 1.1).
 * Throws DefinitionInvalidError with the line, DefinitionTooLargeError.
 */
export function parseDefinitionV2(bytes: Uint8Array, limits: DefinitionLimits = {}): ShamanFile[] {
  const { maxBytes = DEFAULT_MAX_DEFINITION_BYTES } = limits;
  if (bytes.byteLength > maxBytes) throw new DefinitionTooLargeError(maxBytes, 'bytes');
  const text = decode(bytes);
  const builder = new DefinitionBuilder(limits);
  for (let start = 0; start < text.length;) {
    const lineFeed = text.indexOf('\n', start);
    const end = lineFeed < 0 ? text.length : lineFeed;
    addLine(builder, trim(text.slice(start, end)));
    start = end + 1;
  }
  return builder.files;
}

/** The text that `parseDefinitionV2` reads. Throws nothing: what is in it was checked by whoever made the list. */
export function formatDefinitionV2(files: Iterable<ShamanFile>): string {
  let text = '';
  for (const { sha, sizeBytes, path } of files) text += `${sha} ${sizeBytes} ${path}\n`;
  return text;
}

function addLine(builder: DefinitionBuilder, line: string): void {
  const first = line.indexOf(' ');
  const second = first < 0 ? -1 : line.indexOf(' ', first + 1);
  if (second < 0)
    throw new DefinitionInvalidError(builder.files.length + 1, 'it is not made of checksum, size and path');
  const size = line.slice(first + 1, second);
  builder.add(line.slice(0, first), SIZE.test(size) ? Number(size) : NaN, trim(line.slice(second + 1)));
}

function trim(text: string): string {
  // Most lines have nothing to trim, and looking at two characters costs less than a pattern.
  const isPlain = text.charCodeAt(0) > 0x20 && text.charCodeAt(text.length - 1) > 0x20;
  return isPlain ? text : text.replace(BLANKS_AT_ENDS, '');
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new DefinitionInvalidError(invalidLine(bytes), 'it is not UTF-8', error);
  }
}

/** The first line that is not UTF-8. */
function invalidLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; ; line += 1) {
    const lineFeed = bytes.indexOf(0x0a, start);
    try {
      utf8.decode(bytes.subarray(start, lineFeed < 0 ? bytes.byteLength : lineFeed));
    } catch {
      return line;
    }
    if (lineFeed < 0) return line;
    start = lineFeed + 1;
  }
}
