import { createHash } from 'node:crypto';
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { type AbortOptions, isErrnoException, writeFileAtomic } from '@waybill/common';
import type { FoundUsage } from '../trace/usage.ts';
import type { SavedUsageCache } from './saved-usage-cache.ts';

/** Not asked for in so long: dropped when something new is written. */
const KEPT_MS = 90 * 86_400_000;

interface Saved {
  /** As asked for: the name of the file is only a digest of it. */
  readonly key: string;
  readonly found: readonly FoundUsage[];
}

/**
 * Traces of .blend files, each in a file of its own, in V8's serialisation of this version of Node. Whatever cannot be read or
 * understood counts as not there.
 */
export function fileUsageCache(folder: string): SavedUsageCache {
  const added = new Map<string, readonly FoundUsage[]>();
  const pathOf = (key: string): string => join(folder, nameOf(key));
  return {
    get: (key) => added.get(key) ?? load(pathOf(key), key),
    set: (key, found) => void added.set(key, found),
    async save({ signal }: AbortOptions = {}) {
      if (added.size === 0) return;
      for (const [key, found] of added) {
        const bytes = serialize({ key, found } satisfies Saved);
        await writeFileAtomic(pathOf(key), bytes, { durability: 'none', createParents: true, mode: 0o600, signal });
      }
      added.clear();
      await prune(folder, { signal });
    },
  };
}

function nameOf(key: string): string {
  const hash = createHash('sha256').update(`${process.versions.v8}\0${key}`);
  return hash.digest('hex').slice(0, 40);
}

function load(path: string, key: string): readonly FoundUsage[] | undefined {
  try {
    const saved = deserialize(readFileSync(path)) as Partial<Saved> | undefined;
    if (saved?.key !== key) return undefined;
    markAsked(path);
    return saved.found;
  } catch {
    return undefined;
  }
}

/** A day more or less is not worth a write. */
function markAsked(path: string): void {
  const now = Date.now();
  try {
    if (now - statSync(path).mtimeMs > KEPT_MS / 2) utimesSync(path, now / 1000, now / 1000);
  } catch {
    // Somebody else's folder, or one that cannot be written: what is in it is of use all the same.
    return;
  }
}

async function prune(folder: string, { signal }: AbortOptions): Promise<void> {
  const oldest = Date.now() - KEPT_MS;
  for (const name of await readdir(folder)) {
    signal?.throwIfAborted();
    const path = join(folder, name);
    try {
      if ((await stat(path)).mtimeMs < oldest) await unlink(path);
    } catch (error) {
      // Another process may be doing the same.
      if (!isErrnoException(error, 'ENOENT')) throw error;
    }
  }
}
