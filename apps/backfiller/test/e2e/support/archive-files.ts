import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digestText } from '../../support/test-names.ts';
import { matchOwnTempName } from '../../../src/archive/temp-names.ts';

/** Puts files in place as they are. */
export const writeFiles = (base: string, files: ReadonlyMap<string, Uint8Array | string>): void => {
  for (const folder of new Set([...files.keys()].map((file) => path.dirname(file)))) {
    mkdirSync(path.join(base, folder), { recursive: true });
  }
  for (const [file, content] of files) writeFileSync(path.join(base, file), content);
};

/** Every file below a directory with its content, hidden ones left out; paths `/`-separated and relative. */
export const readFiles = (base: string): Map<string, Buffer> =>
  new Map(listFiles(base).map((file) => [file, readFileSync(path.join(base, file))]));

/** Empty where there is no such directory. */
export const listFiles = (base: string): string[] => {
  try {
    return readdirSync(base, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(path.relative(base, entry.parentPath), entry.name))
      .filter((file) => !file.split(path.sep).some((part) => part.startsWith('.')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/** Temp files of this program. */
export const ownTempFiles = (base: string): string[] =>
  listFiles(base).filter((file) => matchOwnTempName(path.basename(file)) !== undefined);

const HASH_IN_NAME = /-([\w-]{43})\.(?:ts|json)$/;

/** Files that are neither what the hash in their name says, nor a tombstone, nor a temp file of this program. */
export const dishonestFiles = (base: string): string[] =>
  [...readFiles(base)]
    .filter(([file, content]) => {
      const name = path.basename(file);
      if (matchOwnTempName(name) !== undefined || (name.endsWith('.tombstone') && content.length === 0)) return false;
      return HASH_IN_NAME.exec(name)?.[1] !== digestText(content);
    })
    .map(([file]) => file);
