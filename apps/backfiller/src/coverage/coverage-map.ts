import { gapsOf, pairsOf } from './flat-ranges.ts';
import type { FlatRanges } from './flat-ranges.ts';
import type { PairCoverage } from './pair-coverage.ts';

/** To be raised with every change of how a map is drawn or written, so that those of earlier programs are made anew. */
export const MAP_VERSION = 1;

/** A row of a column, as the original has it (spec section 1.5). */
export const PIXEL_MICROS = 2_000_000;
/** A column is ten minutes, an hour six columns. */
export const COLUMN_PIXELS = 300;
const PIXELS_PER_BYTE = 4;

/** Indexes of the palette: not fully covered, covered by full segments, covered but not by full ones throughout. */
export const WHITE = 0;
export const BLUE = 1;
export const ORANGE = 2;
const PALETTE: [number, number, number][] = [
  [255, 255, 255],
  [31, 119, 180],
  [255, 127, 14],
];

/**
 * One pixel for each 2 s of [startMicros, endMicros), which are whole hours: time runs down a column, and from column to
 * column to the right. Any part of a pixel that is not covered makes it white, any part that is only partially orange.
 */
export function paintCoverage(
  { covered, partial }: Pick<PairCoverage, 'covered' | 'partial'>,
  startMicros: number,
  endMicros: number,
): Uint8Array {
  const pixels = new Uint8Array((endMicros - startMicros) / PIXEL_MICROS).fill(BLUE);
  paint(pixels, partial, startMicros, ORANGE);
  paint(pixels, gapsOf(covered, startMicros, endMicros), startMicros, WHITE);
  return pixels;
}

/** Every pixel of which any part lies in the ranges. */
function paint(pixels: Uint8Array, ranges: FlatRanges, startMicros: number, color: number): void {
  for (const [start, end] of pairsOf(ranges)) {
    const first = Math.max(0, Math.floor((start - startMicros) / PIXEL_MICROS));
    const last = Math.ceil((end - startMicros) / PIXEL_MICROS);
    if (last > first) pixels.fill(color, first, last);
  }
}

/** The pixels of `paintCoverage` as a PNG with a palette, two bits a pixel. */
export async function encodeMap(pixels: Uint8Array): Promise<Uint8Array> {
  const width = pixels.length / COLUMN_PIXELS;
  const rowBytes = Math.ceil(width / PIXELS_PER_BYTE);
  const data = new Uint8Array(rowBytes * COLUMN_PIXELS);
  for (let column = 0; column < width; column += 1) {
    const [place, shift] = [column >> 2, 6 - 2 * (column % PIXELS_PER_BYTE)];
    for (let row = 0; row < COLUMN_PIXELS; row += 1) {
      const at = row * rowBytes + place;
      data[at] = (data[at] ?? 0) | ((pixels[column * COLUMN_PIXELS + row] ?? WHITE) << shift);
    }
  }
  // Only now: where nothing changed, no map is written, and loading this is a twentieth of the start of a program.
  const { encode } = await import('fast-png');
  return encode({ width, height: COLUMN_PIXELS, data, depth: 2, channels: 1, palette: PALETTE });
}
