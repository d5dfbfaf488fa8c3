import { writeFileAtomic } from '@waybill/common';
import type { AbortOptions, Durability } from '@waybill/common';
import { readIfThere } from './read-if-there.ts';

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
  if ((await readIfThere(file))?.equals(bytes) === true) return false;
  await writeFileAtomic(file, bytes, { ...options, createParents: true });
  return true;
}
