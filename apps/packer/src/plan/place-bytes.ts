/**
 * Which names the files of a pack can have. `utf8`: what is no UTF-8 becomes `%XX`, and the paths to it are set anew. `bytes`: it
 * stays as it is on disk.
 */
export type PlaceNames = 'utf8' | 'bytes';

/** A byte that belongs to no UTF-8 character. ASCII is never escaped so: it could be a separator, or lead out of the pack. */
const RAW_BYTE = /\\x([89a-f][0-9a-f])/;
const RAW_BYTES = new RegExp(RAW_BYTE, 'g');

/** Whether a place has bytes that are no UTF-8. A backslash by itself stands in none. */
export function hasRawBytes(place: string): boolean {
  return place.includes('\\');
}

/** A place as it is on disk: each `\xNN` is one byte. */
export function placeBytes(place: string): Buffer {
  if (!hasRawBytes(place)) return Buffer.from(place);
  const parts = place.split(RAW_BYTE);
  return Buffer.concat(parts.map((part, index) => Buffer.from(part, index % 2 === 0 ? 'utf8' : 'hex')));
}

/** A place with a letter for each such byte: what is said of the rest of it holds for it. */
export function withoutRawBytes(place: string): string {
  return place.replaceAll(RAW_BYTES, 'x');
}
