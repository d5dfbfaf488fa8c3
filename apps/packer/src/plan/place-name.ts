import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { findPathProblem } from '@waybill/shaman-protocol';
import { formatPath } from '../paths/format-path.ts';
import type { PlaceNames } from './place-bytes.ts';

/** Control characters, and what separates names on another system. */
const UNSAFE = /[\p{Cc}\\]/gu;
const CONTROL = /\p{Cc}/u;
const LONGEST_KEPT = 80;

/**
 * One name of a path on disk as it stands in a pack: the same, unless it is one that ZIP, S3, Shaman or another system cannot
 * have: then with `%XX` for the bytes in question. The same name always gives the same.
 * @param names `bytes`: a name that is no UTF-8 stays as well, shown with `\xNN`; see `placeBytes`.
 */
export function placeName(name: Buffer, names: PlaceNames = 'utf8'): string {
  const raw = names === 'bytes' && !isUtf8(name) ? rawName(name) : undefined;
  if (raw !== undefined) return raw;
  const asItIs = utf8Text(name);
  if (findPathProblem(asItIs) === undefined) return asItIs;
  const text = asItIs.replaceAll(UNSAFE, escaped);
  if (findPathProblem(text) === undefined) return text;
  // A dot or a blank at the end; what Windows takes for a device or a drive; then what is only too long.
  const candidates = [escapeAt(text, text.length - 1), escapeAt(text, 0), shortened(text, name)];
  return candidates.find((candidate) => findPathProblem(candidate) === undefined) ?? digestOf(name);
}

const BACKSLASH = 0x5c;

/** Undefined where more than its encoding is wrong with it. */
function rawName(name: Buffer): string | undefined {
  const text = formatPath(name);
  return name.includes(BACKSLASH) || CONTROL.test(text) ? undefined : text;
}

/** Bytes that are no UTF-8 are escaped, all that are not ASCII: which of them belong together nobody knows. */
function utf8Text(name: Buffer): string {
  if (isUtf8(name)) return name.toString('utf8');
  return Array.from(name, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : percent(byte))).join('');
}

function escapeAt(text: string, at: number): string {
  return text.slice(0, at) + escaped(text.charAt(at)) + text.slice(at + 1);
}

function escaped(character: string): string {
  return Array.from(Buffer.from(character, 'utf8'), percent).join('');
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Keeps the extension: it says what the file is. */
function shortened(text: string, name: Buffer): string {
  const dot = text.lastIndexOf('.');
  const extension = dot > 0 && text.length - dot <= 16 ? text.slice(dot) : '';
  return `${text.slice(0, LONGEST_KEPT).toWellFormed()}~${digestOf(name)}${extension}`;
}

/** Eight hex digits. */
export function digestOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}
