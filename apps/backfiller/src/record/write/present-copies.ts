import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isErrnoException } from '@waybill/common';
import { tryParseSegmentName } from '@waybill/segments';
import type { StoredSegmentType } from '@waybill/segments';
import type { ArchivePaths } from '../../archive/archive-paths.ts';
import type { SegmentSlot } from './segment-slot.ts';

/** What the archive has for a slot, whoever put it there. */
export interface PresentCopies {
  readonly full: boolean;
  readonly suspect: boolean;
  /** Of the largest partial one; -1 without one. */
  readonly partialBytes: number;
}

/**
 * Looks into the hour itself: a tombstone hides a segment from listings, but what it hides is there and need not be fetched again; a tombstone
 * alone is no copy (spec section 1.1).
 */
export async function presentCopies(slot: SegmentSlot, paths: ArchivePaths): Promise<PresentCopies> {
  const { channel, quality, hour } = slot.hour;
  const directory = paths.hour(channel, quality, hour);
  const copies = (await namesIn(directory))
    .filter((name) => name.startsWith(`${slot.prefix}-`))
    .map((name) => ({ name, type: tryParseSegmentName(name)?.type }));
  const partials = copies
    .filter(({ type }) => type === 'partial')
    .map(({ name }) => sizeOf(path.join(directory, name)));
  return {
    full: copies.some(({ type }) => type === 'full'),
    suspect: copies.some(({ type }) => type === 'suspect'),
    partialBytes: Math.max(-1, ...(await Promise.all(partials))),
  };
}

/** Whether a copy of this type and size would be more than what is there. */
export function addsTo(
  { full, suspect, partialBytes }: PresentCopies,
  type: StoredSegmentType,
  sizeBytes: number,
): boolean {
  if (full) return false;
  if (type !== 'partial') return type === 'full' || !suspect;
  return !suspect && sizeBytes > partialBytes;
}

async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch(emptyIfAbsent);
}

function emptyIfAbsent(error: unknown): string[] {
  if (isErrnoException(error, 'ENOENT')) return [];
  throw error;
}

/** -1 where it went away meanwhile. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return -1;
    throw error;
  }
}
