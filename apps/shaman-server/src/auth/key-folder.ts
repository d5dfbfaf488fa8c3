import type { KeyObject } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrnoException } from '@waybill/common';
import { parsePublicKey } from './es256-keys.ts';

/** `*-public*.pem`: es256-public.pem, downloaded-public.pem … (spec section 1.1). */
const PUBLIC_KEY_NAME = /-public.*\.pem$/;

/** A key that is put there counts after this; a folder is not read for every request. */
const FRESH_MS = 10_000;

export interface KeyFolder {
  /** All keys that can be read. */
  keys(): Promise<readonly KeyObject[]>;
}

export interface KeyFolderInit {
  directory: string;
  /** A file that is no key; the others are used. */
  onError?: ((error: unknown) => void) | undefined;
  /** Milliseconds, monotonic. Default performance.now. */
  now?: (() => number) | undefined;
}

/** The trusted public keys of a folder, read again when they are ten seconds old. */
export function createKeyFolder({ directory, onError, now = () => performance.now() }: KeyFolderInit): KeyFolder {
  let cached: Promise<readonly KeyObject[]> | undefined;
  let readAtMs = -Infinity;
  return {
    keys() {
      if (cached !== undefined && now() - readAtMs < FRESH_MS) return cached;
      readAtMs = now();
      cached = readKeys(directory, onError);
      return cached;
    },
  };
}

async function readKeys(directory: string, onError: KeyFolderInit['onError']): Promise<KeyObject[]> {
  const keys: KeyObject[] = [];
  for (const name of await namesIn(directory, onError)) {
    const path = join(directory, name);
    try {
      keys.push(parsePublicKey(await readFile(path), path));
    } catch (error) {
      onError?.(error);
    }
  }
  return keys;
}

async function namesIn(directory: string, onError: KeyFolderInit['onError']): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => PUBLIC_KEY_NAME.test(name)).sort();
  } catch (error) {
    if (!isErrnoException(error, 'ENOENT')) onError?.(error);
    return [];
  }
}
