import { readFile } from 'node:fs/promises';
import { ensureDirectory, isErrnoException, writeFileAtomic } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { Logger } from 'pino';
import path from 'node:path';
import { PassMemory, passesSchema } from './pass-memory.ts';

/** Reads what earlier passes left. A missing file is an empty memory; a damaged one too, with a warning. */
export const readPassMemory = async (file: string, log: Pick<Logger, 'warn'>): Promise<PassMemory> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (!isErrnoException(error, 'ENOENT'))
      log.warn({ err: error, file }, 'Earlier passes cannot be read. All is compared anew');
    return new PassMemory();
  }
  try {
    return new PassMemory(passesSchema.parse(JSON.parse(text)));
  } catch (error) {
    log.warn({ err: error, file }, 'The record of earlier passes is damaged. All is compared anew');
    return new PassMemory();
  }
};

/**
 * Writes the memory as a whole or not at all. It is not synced: after a power cut an old or no memory only costs
 * requests, since it also says what was here when it was made.
 */
export const writePassMemory = async (file: string, memory: PassMemory, options?: AbortOptions): Promise<void> => {
  await ensureDirectory(path.dirname(file), { durability: 'none', ...options });
  const bytes = new TextEncoder().encode(JSON.stringify(memory));
  await writeFileAtomic(file, bytes, { durability: 'none', ...options });
};
