import { readFile } from 'node:fs/promises';
import { isErrnoException } from '@waybill/common';

/** The whole of a small file; undefined where there is none of that name. Other errors pass through. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
}
