import { decode } from 'fast-png';
import { bestOfHour, TOLERANCE_MICROS } from '@waybill/segments';
import type { SelectedSegment } from '@waybill/segments';
import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLUE,
  COLUMN_PIXELS,
  encodeMap,
  ORANGE,
  paintCoverage,
  PIXEL_MICROS,
  WHITE,
} from '../../src/coverage/coverage-map.ts';
import { coverageOfNames, HOUR, HOUR_MICROS, NEXT_HOUR, SECOND, segmentName } from './support.ts';

const END_MICROS = HOUR_MICROS + 7200 * SECOND;
const COLORS = [
  [255, 255, 255],
  [31, 119, 180],
  [255, 127, 14],
];

/** Starts on a coarse grid, moved by some milliseconds, so that gaps around the tolerance and pixel edges are met often. */
const start = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(0, 0, 1, 5, 9.999, 10, 11, 1500))
  .map(([step, ms]) => step * 2 + ms / 1000);
const segment = fc
  .record({
    start,
    late: fc.boolean(),
    seconds: fc.constantFrom(0.5, 1.989, 1.99, 2, 2, 2, 2.01, 6, 40),
    type: fc.constantFrom('full' as const, 'full' as const, 'suspect' as const, 'partial' as const),
  })
  // Some of them at the end of the hour, to reach over it.
  .map(({ start: at, late, seconds, type }) => segmentName((late ? 3570 : 0) + at, seconds, type));
const archives = fc.record({
  [HOUR]: fc.array(segment, { maxLength: 25 }),
  [NEXT_HOUR]: fc.array(segment, { maxLength: 25 }),
});

const isIn = (segments: readonly SelectedSegment[], micros: number): boolean =>
  segments.some((one) => one.startMicros <= micros && micros < one.endMicros);

/** Whether the instant is covered, or lies in a gap of up to 10 ms between two that are. */
function isCovered(segments: readonly SelectedSegment[], micros: number): boolean {
  if (isIn(segments, micros)) return true;
  const before = segments.map((one) => one.endMicros).filter((end) => end <= micros);
  const after = segments.map((one) => one.startMicros).filter((begin) => begin > micros);
  return Math.min(...after) - Math.max(...before) <= TOLERANCE_MICROS;
}

/** Looks at every instant of a pixel at which anything begins or ends. */
function slowPixel(best: readonly SelectedSegment[], pixelMicros: number): number {
  const edges = best.flatMap((one) => [one.startMicros, one.endMicros]);
  const inside = edges.filter((micros) => micros > pixelMicros && micros < pixelMicros + PIXEL_MICROS);
  const full = best.filter(({ type }) => type === 'full');
  const instants = [pixelMicros, ...inside];
  if (!instants.every((micros) => isCovered(best, micros))) return WHITE;
  return instants.every((micros) => isCovered(full, micros)) ? BLUE : ORANGE;
}

describe('the map', () => {
  it('has the color of each pixel that a look at every instant of it gives', () => {
    fc.assert(
      fc.property(archives, (hours) => {
        const best = Object.entries(hours).flatMap(([hour, names]) => bestOfHour(hour, names).segments);
        const pixels = paintCoverage(coverageOfNames(hours), HOUR_MICROS, END_MICROS);
        expect(pixels).toHaveLength(3600);
        const looked = [...pixels.keys()].filter((at) => at < 50 || (at > 1780 && at < 1850) || at > 3570);
        for (const at of looked)
          expect([at, pixels[at]]).toEqual([at, slowPixel(best, HOUR_MICROS + at * PIXEL_MICROS)]);
      }),
      { numRuns: tierCount({ push: 150, nightly: 2000 }) },
    );
  });

  it('is a PNG of 300 rows, in which time runs down and then to the right, in the colors of the original', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(WHITE, BLUE, ORANGE), { minLength: 7, maxLength: 40 }),
        async (some) => {
          const pixels = Uint8Array.from({ length: 6 * COLUMN_PIXELS }, (_, at) => some[at % some.length] ?? WHITE);
          const { width, height, palette, data, depth } = decode(await encodeMap(pixels));
          expect({ width, height, depth }).toEqual({ width: 6, height: 300, depth: 2 });
          const rowBytes = Math.ceil(width / 4);
          for (const [at, color] of pixels.entries()) {
            const [column, row] = [Math.floor(at / 300), at % 300];
            const byte = data[row * rowBytes + (column >> 2)] ?? 0;
            expect(palette?.[(byte >> (6 - 2 * (column % 4))) & 3]?.slice(0, 3)).toEqual(COLORS[color]);
          }
        },
      ),
      { numRuns: tierCount({ push: 5, nightly: 50 }) },
    );
  });
});
