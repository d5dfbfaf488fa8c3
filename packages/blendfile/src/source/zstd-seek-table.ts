/**
 * The seek table that Blender writes behind the frames of a zstd file (zstd's "seekable format"), all little endian:
 *
 *     magic 0x184D2A5E 4 · size of what follows 4          a skippable frame: other readers pass over it
 *     frames × { stored size 4 · content size 4 [· checksum 4] }
 *     number of frames 4 · descriptor 1 · magic 0x8F92EAB1 4
 *
 * Bit 7 of the descriptor says that checksums are there. Blender writes none, and neither do we.
 */
const SKIPPABLE_MAGIC = 0x184d_2a5e;
const SEEKABLE_MAGIC = 0x8f92_eab1;
const HEADER_BYTES = /* magic */ 4 + /* size */ 4;
const CHECKSUM_FLAG = 0x80;
/** Bits that have to be 0: a later version of the format gave them a meaning. */
const RESERVED_BITS = 0x7c;
const ENTRY_BYTES = /* stored size */ 4 + /* content size */ 4;

export const SEEK_TABLE_FOOTER_BYTES = /* number of frames */ 4 + /* descriptor */ 1 + /* magic */ 4;

/** Where the frames begin, in the file and in the content; one more entry than frames: where the last one ends. */
export interface ZstdFrames {
  readonly count: number;
  readonly storedOffsets: Float64Array;
  readonly contentOffsets: Float64Array;
}

/** How long the table is, from the last bytes of a file; `undefined` where there is none. */
export function seekTableSizeBytes(footer: Uint8Array): number | undefined {
  if (footer.length < SEEK_TABLE_FOOTER_BYTES) return undefined;
  const view = new DataView(footer.buffer, footer.byteOffset + footer.length - SEEK_TABLE_FOOTER_BYTES);
  const descriptor = view.getUint8(4);
  if (view.getUint32(5, true) !== SEEKABLE_MAGIC || (descriptor & RESERVED_BITS) !== 0) return undefined;
  const entryBytes = ENTRY_BYTES + ((descriptor & CHECKSUM_FLAG) === 0 ? 0 : 4);
  return HEADER_BYTES + view.getUint32(0, true) * entryBytes + SEEK_TABLE_FOOTER_BYTES;
}

/**
 * @param table The whole table, of the length that {@link seekTableSizeBytes} gave.
 * @param storedBytes Of the file without the table: what the frames have to add up to.
 * @returns `undefined` for a table that contradicts itself or the file
 */
export function decodeSeekTable(table: Uint8Array, storedBytes: number): ZstdFrames | undefined {
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  if (view.getUint32(0, true) !== SKIPPABLE_MAGIC || view.getUint32(4, true) !== table.length - HEADER_BYTES) {
    return undefined;
  }
  const count = view.getUint32(table.length - SEEK_TABLE_FOOTER_BYTES, true);
  if (count === 0) return undefined;
  const entryBytes = (table.length - HEADER_BYTES - SEEK_TABLE_FOOTER_BYTES) / count;
  const storedOffsets = new Float64Array(count + 1);
  const contentOffsets = new Float64Array(count + 1);
  for (let frame = 0; frame < count; frame += 1) {
    const at = HEADER_BYTES + frame * entryBytes;
    const stored = view.getUint32(at, true);
    if (stored === 0) return undefined;
    storedOffsets[frame + 1] = (storedOffsets[frame] ?? 0) + stored;
    contentOffsets[frame + 1] = (contentOffsets[frame] ?? 0) + view.getUint32(at + 4, true);
  }
  return storedOffsets[count] === storedBytes ? { count, storedOffsets, contentOffsets } : undefined;
}

/** The table for frames with these sizes. */
export function encodeSeekTable(frames: readonly { storedBytes: number; contentBytes: number }[]): Uint8Array {
  const table = new Uint8Array(HEADER_BYTES + frames.length * ENTRY_BYTES + SEEK_TABLE_FOOTER_BYTES);
  const view = new DataView(table.buffer);
  view.setUint32(0, SKIPPABLE_MAGIC, true);
  view.setUint32(4, table.length - HEADER_BYTES, true);
  frames.forEach(({ storedBytes, contentBytes }, frame) => {
    view.setUint32(HEADER_BYTES + frame * ENTRY_BYTES, storedBytes, true);
    view.setUint32(HEADER_BYTES + frame * ENTRY_BYTES + 4, contentBytes, true);
  });
  const footerAt = table.length - SEEK_TABLE_FOOTER_BYTES;
  view.setUint32(footerAt, frames.length, true);
  view.setUint32(footerAt + 5, SEEKABLE_MAGIC, true);
  return table;
}
