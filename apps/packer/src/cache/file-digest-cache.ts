import { readFile } from 'node:fs/promises';
import { type AbortOptions, isErrnoException, writeFileAtomic } from '@waybill/common';
import type { CachedDigest, DigestCache } from './digest-cache.ts';

/** First line; a file with another one is from another version and is not read. */
const FORMAT = 'waybill-digests 1';
/** `KEY SHA256 SIZE DAY` */
const LINE = /^(\S+) ([0-9a-f]{64}) (\d+) (\d+)$/;
const DAY_MS = 86_400_000;
/** What nobody has asked for in so long is dropped. */
const KEPT_DAYS = 90;
/** So many lines are some 200 MB less than the files that they stand for, and are read in half a second. */
const MOST_ENTRIES = 500_000;

interface Entry extends CachedDigest {
  day: number;
}

/**
 * Digests in a file of text lines, read as a whole and written as a whole. Of two processes that save at the same time the later
 * one wins: what is lost is computed again. A file that cannot be read or understood counts as empty.
 */
export async function openFileDigestCache(path: string, today = Math.floor(Date.now() / DAY_MS)): Promise<DigestCache> {
  const entries = await load(path);
  let isChanged = false;
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry !== undefined && entry.day !== today) {
        // A day more or less is not worth writing the file anew.
        if (today - entry.day > KEPT_DAYS / 2) isChanged = true;
        entry.day = today;
      }
      return entry;
    },
    set(key, { sha256, sizeBytes }) {
      entries.set(key, { sha256, sizeBytes, day: today });
      isChanged = true;
    },
    async save({ signal }: AbortOptions = {}) {
      if (!isChanged) return;
      isChanged = false;
      await writeFileAtomic(path, Buffer.from(format(entries, today)), {
        ...{ durability: 'none', createParents: true, mode: 0o600, signal },
      });
    },
  };
}

async function load(path: string): Promise<Map<string, Entry>> {
  const text = await readText(path);
  const entries = new Map<string, Entry>();
  const lines = text.split('\n');
  if (lines[0] !== FORMAT) return entries;
  for (const line of lines) {
    const [, key, sha256, sizeBytes, day] = LINE.exec(line) ?? [];
    if (key !== undefined && sha256 !== undefined)
      entries.set(key, { sha256, sizeBytes: Number(sizeBytes), day: Number(day) });
  }
  return entries;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (isErrnoException(error)) return '';
    throw error;
  }
}

function format(entries: ReadonlyMap<string, Entry>, today: number): string {
  const kept = [...entries].filter(([, { day }]) => today - day <= KEPT_DAYS);
  kept.sort(([, a], [, b]) => b.day - a.day);
  const lines = kept.slice(0, MOST_ENTRIES).map(([key, { sha256, sizeBytes, day }]) => {
    return `${key} ${sha256} ${sizeBytes} ${day}`;
  });
  return `${[FORMAT, ...lines].join('\n')}\n`;
}
