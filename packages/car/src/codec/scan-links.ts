import { CarTruncatedError, CborInvalidError } from '../errors.ts';
import { CidParts, readWholeCid } from './cid.ts';
import { MOST_CID_BYTES } from './limits.ts';
import type { LinkBuffer } from './link-buffer.ts';

const parts = new CidParts();

/** `d8 2a 58 27 00`, `01`, codec, `a0 e4 02 20`, digest[32]: 5 + 38 bytes, nearly all links of a chain. */
const USUAL_LINK_BYTES = 43;

/**
 * Appends the linked CIDs of one DAG-CBOR block to `out`, in their order, and gives how many there were. Scans the
 * structure, so that bytes which only look like a link (`d8 2a` inside a string) are none; decodes nothing else.
 *
 * As strict as ScanForLinks of cbor-gen, by which Lotus walks: exactly one item, bytes after it are ignored; no indefinite
 * lengths; no number longer than it has to be, except in floats; tag 42 holds a byte string of at most 513 bytes, whose
 * first byte is skipped and whose rest is a CID; other tags are passed through; any depth.
 * @throws CborInvalidError, CidInvalidError, VarintInvalidError; CarTruncatedError when `end` comes first. `out` may then
 * have links of the part before.
 */
export function scanLinks(bytes: Uint8Array, start: number, end: number, out: LinkBuffer): number {
  const before = out.count;
  let at = start;
  // Items that are still to come: no stack is needed to know where the outermost one ends.
  let pending = 1;
  const view = wordsOf(bytes);
  while (pending > 0) {
    if (at >= end) throw new CarTruncatedError(end, 'a CBOR item', at - end + 1, 0);
    const first = bytes[at] ?? 0;
    const item = ITEMS[first] ?? 0;
    if (item !== 0) {
      at += item & STEP;
      pending += item >> STEP_BITS;
    } else if (first === SHORT_BYTES && at + 1 < end && (bytes[at + 1] ?? 0) >= 24) {
      at += 2 + (bytes[at + 1] ?? 0);
      pending -= 1;
    } else if (first === SHORT_TAG && isUsualLink(view, at, end)) {
      out.push(at + 5, 38);
      at += USUAL_LINK_BYTES;
      pending -= 1;
    } else {
      pending += scanLongItem(bytes, at, end, out);
      at = after;
    }
  }
  if (at > end) throw new CarTruncatedError(end, 'a CBOR string', at - end, 0);
  return out.count - before;
}

const SHORT_BYTES = 0x58;
const SHORT_TAG = 0xd8;

/** The five bits of {@link ITEMS} that hold a length. */
const STEP_BITS = 5;
const STEP = 0x1f;

/**
 * By first byte, for items that need no second look: their length (lists without their items), and above it by how much the
 * number of pending items changes: -1 for a plain one, n - 1 for a list of n. 0 for all others.
 */
const ITEMS = new Int16Array(256);

for (let first = 0; first < 256; first += 1) {
  const low = first & 0x1f;
  const major = first >> 5;
  if (low >= 24 || major === 6) continue;
  const step = major === 2 || major === 3 ? 1 + low : 1;
  const opened = major === 4 ? low - 1 : major === 5 ? 2 * low - 1 : -1;
  ITEMS[first] = (opened << STEP_BITS) | step;
}

/** Where the item ends that {@link scanLongItem} has read: a second result, without an object for it. */
let after = 0;

/** Any item whose first byte does not say it all; gives by how much the number of pending items changes. */
function scanLongItem(bytes: Uint8Array, at: number, end: number, out: LinkBuffer): number {
  const first = bytes[at] ?? 0;
  const low = first & 0x1f;
  const major = first >> 5;
  const value = low < 24 ? low : readArgument(bytes, at + 1, end, major, low);
  after = at + 1 + (low < 24 ? 0 : 1 << (low - 24));
  if (major === 6) return value === 42 ? pushLink(bytes, after, end, out) : 0;
  if (major < 2 || major === 7) return -1;
  // A string of n bytes needs n, a list of n items n at least. So the number of pending items stays exact, too.
  if (value > end - after) throw new CarTruncatedError(after, 'a CBOR string or list', value, end - after);
  if (major > 3) return major === 4 ? value - 1 : 2 * value - 1;
  after += value;
  return -1;
}

/** Where scans read words of four bytes: one view serves all blocks of a buffer. */
let scanned: Uint8Array = new Uint8Array(0);
let words: DataView = new DataView(new ArrayBuffer(0));

function wordsOf(bytes: Uint8Array): DataView {
  if (bytes !== scanned) {
    scanned = bytes;
    words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  return words;
}

/** `d8 2a 58 27 00 01 XX a0 e4 02 20`, where XX is any codec of one byte; the last two words overlap by one byte. */
function isUsualLink(view: DataView, at: number, end: number): boolean {
  return (
    at + USUAL_LINK_BYTES <= end &&
    view.getInt32(at) === TAG_AND_LENGTH &&
    (view.getInt32(at + 4) & VERSION_MASK) === VERSION_AND_HASH &&
    view.getInt32(at + 7) === HASH_AND_LENGTH
  );
}

const TAG_AND_LENGTH = 0xd82a_5827 | 0;
/** The first byte of a link is skipped, whatever it is; a codec of one byte has no highest bit. */
const VERSION_MASK = 0x00ff_80ff;
const VERSION_AND_HASH = 0x0001_00a0;
const HASH_AND_LENGTH = 0xa0e4_0220 | 0;

/** What comes after a tag 42. */
function pushLink(bytes: Uint8Array, at: number, end: number, out: LinkBuffer): number {
  if (at >= end) throw new CarTruncatedError(at, 'a link', 1, 0);
  const first = bytes[at] ?? 0;
  if (first >> 5 !== 2) throw new CborInvalidError(at, 'a link is no byte string');
  const low = first & 0x1f;
  const length = low < 24 ? low : readArgument(bytes, at + 1, end, 2, low);
  const start = at + 1 + (low < 24 ? 0 : 1 << (low - 24));
  if (length === 0) throw new CborInvalidError(at, 'a link is empty');
  if (length > MOST_CID_BYTES + 1) throw new CborInvalidError(at, `a link of ${length} bytes is too long`);
  if (length > end - start) throw new CarTruncatedError(start, 'a link', length, end - start);
  readWholeCid(bytes, start + 1, start + length, parts);
  out.push(start + 1, length - 1);
  after = start + length;
  return -1;
}

/** The number in the 1, 2, 4 or 8 bytes at `at`, which must not fit into fewer. */
export function readArgument(bytes: Uint8Array, at: number, end: number, major: number, low: number): number {
  if (low > 27) throw new CborInvalidError(at - 1, low === 31 ? 'an indefinite length' : 'a reserved kind of number');
  const width = 1 << (low - 24);
  if (width > end - at) throw new CarTruncatedError(at, 'a CBOR number', width, end - at);
  let value = 0;
  for (let next = at; next < at + width; next += 1) value = value * 256 + (bytes[next] ?? 0);
  const isFloat = major === 7 && low > 24;
  if (!isFloat && value < (SMALLEST[low - 24] ?? 0))
    throw new CborInvalidError(at - 1, 'a number is longer than it has to be');
  return value;
}

/** Below these a number fits into fewer bytes: 0 to 23 stand in the first byte itself. */
const SMALLEST = [24, 0x100, 0x1_0000, 0x1_0000_0000] as const;
