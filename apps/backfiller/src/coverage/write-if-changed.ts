import { readFile } from 'node:fs/promises';
import { isErrnoException, writeFileAtomic } from '@waybill/common';
import type { AbortOptions, Durability } from '@waybill/common';

export interface WriteIfChangedOptions extends AbortOptions {
  /** Default `full`. */
  durability?: Durability | undefined;
}

/** Writes a small file as a whole or not at all; one that holds these bytes already is left alone. Returns whether it wrote. */
export async function writeIfChanged(
  file: string,
  bytes: Uint8Array,
  options: WriteIfChangedOptions = {},
): Promise<boolean> {
  if (await holds(file, bytes)) return false;
  await writeFileAtomic(file, bytes, { ...options, createParents: true });
  return true;
}

async function holds(file: string, bytes: Uint8Array): Promise<boolean> {
  try {
    return (await readFile(file)).equals(bytes);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return false;
    throw error;
  }
}
