import { Buffer } from 'node:buffer';
import type { StoredSegment } from './stored-segment.ts';

/** Size of a file of the hour, in bytes. */
export type SizeOf = (name: string) => number;

/**
 * The best of several segments with one start (spec 1.3). Fulls first: the longest duration, then the largest file, then the
 * highest hash. Without a full: suspect before partial, then the largest file. What is still equal: the first.
 * Sizes are asked for only where they decide.
 */
export function chooseBest(segments: readonly StoredSegment[], sizeOf: SizeOf): StoredSegment | undefined {
  const fulls = segments.filter(({ type }) => type === 'full');
  const [candidates, isBetter] =
    fulls.length > 0 ? ([fulls, isBetterFull] as const) : ([segments, isBetterBad] as const);
  let best = candidates[0];
  for (const candidate of candidates) {
    if (best !== undefined && candidate !== best && isBetter(candidate, best, sizeOf)) best = candidate;
  }
  return best;
}

function isBetterFull(candidate: StoredSegment, best: StoredSegment, sizeOf: SizeOf): boolean {
  if (candidate.durationMicros !== best.durationMicros) return candidate.durationMicros > best.durationMicros;
  const [size, bestSize] = [sizeOf(candidate.name), sizeOf(best.name)];
  return size === bestSize ? Buffer.compare(candidate.hashBytes, best.hashBytes) > 0 : size > bestSize;
}

function isBetterBad(candidate: StoredSegment, best: StoredSegment, sizeOf: SizeOf): boolean {
  if (candidate.type !== best.type) return candidate.type === 'suspect';
  return sizeOf(candidate.name) > sizeOf(best.name);
}
