import { readFileSync } from 'node:fs';
import path from 'node:path';

export const CHANNEL = 'example';
export const QUALITIES = ['source', '480p'] as const;

export interface IndexedSegment {
  offsetBytes: number;
  sizeBytes: number;
  startMicros: number;
  /** As in the segment's name: `2.0`. */
  durationSeconds: string;
  type: 'full';
  /** Hex. */
  sha256: string;
  /** `HOUR/NAME`. */
  path: string;
}

export interface StreamIndex {
  channel: string;
  qualities: Record<string, { file: string; sizeBytes: number; segments: IndexedSegment[] }>;
  chat: { file: string; path: string }[];
  extras: { file: string; path: string }[];
}

/** The folder with the media. */
export const fixtureFolder = path.resolve(import.meta.dirname, '..');

/** index.json: where each segment begins and ends in the media, and what it is called. */
export function readStreamIndex(): StreamIndex {
  return JSON.parse(readFileSync(path.join(fixtureFolder, 'index.json'), 'utf8')) as StreamIndex;
}
