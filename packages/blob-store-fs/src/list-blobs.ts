import { readdirSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { BlobInfo } from '@waybill/blob-store';
import { type AbortOptions, isErrnoException } from '@waybill/common';
import { blobPath, isDigestDirectory, parseBlobPath } from './blob-layout.ts';

/** So long the listing keeps the process from its other work. */
const SLICE_MS = 1;

/** In memory there is one of the 256 directories at a time: its names, not its blobs. */
export async function* listBlobs(root: string, { signal }: AbortOptions): AsyncGenerator<BlobInfo, void, undefined> {
  let sliceEnd = performance.now() + SLICE_MS;
  for (const prefix of await namesIn(join(root, 'stored'))) {
    for (const rest of await namesIn(join(root, 'stored', prefix))) {
      signal?.throwIfAborted();
      if (performance.now() > sliceEnd) {
        await setImmediate();
        sliceEnd = performance.now() + SLICE_MS;
      }
      for (const blob of blobsIn(root, prefix, rest)) {
        yield blob;
        signal?.throwIfAborted();
      }
    }
  }
}

function blobsIn(root: string, prefix: string, rest: string): BlobInfo[] {
  if (!isDigestDirectory(prefix, rest)) return [];
  const names = namesOrNone(() => readdirSync(join(root, 'stored', prefix, rest)));
  return names.flatMap((name) => {
    const key = parseBlobPath(prefix, rest, name);
    if (key === undefined) return [];
    const found = statSync(blobPath(root, key), { throwIfNoEntry: false });
    return found?.isFile() === true ? [{ key, referencedAtMs: found.mtimeMs }] : [];
  });
}

async function namesIn(path: string): Promise<string[]> {
  try {
    // Sorted: a directory has its entries in any order.
    return (await readdir(path)).sort();
  } catch (error) {
    return noneIfGone(error);
  }
}

function namesOrNone(read: () => string[]): string[] {
  try {
    return read();
  } catch (error) {
    return noneIfGone(error);
  }
}

/** What was removed meanwhile, and what is no directory, holds no blobs. */
function noneIfGone(error: unknown): string[] {
  if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ENOTDIR')) return [];
  throw error;
}
