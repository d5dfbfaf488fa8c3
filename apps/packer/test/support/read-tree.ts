import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { formatPath } from '../../src/paths/format-path.ts';

/** All files below a folder with digests of their contents; in names a byte that is no UTF-8 is `\\xNN`. */
export async function readTree(folder: string): Promise<Record<string, string>> {
  const names = await namesBelow(Buffer.from(folder), Buffer.alloc(0));
  const pairs = names.sort(Buffer.compare).map(async (name): Promise<[string, string]> => {
    const bytes = await readFile(Buffer.concat([Buffer.from(`${folder}/`), name]));
    return [formatPath(name), createHash('sha256').update(bytes).digest('hex').slice(0, 16)];
  });
  return Object.fromEntries(await Promise.all(pairs));
}

async function namesBelow(folder: Buffer, start: Buffer): Promise<Buffer[]> {
  const slash = Buffer.from('/');
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  const found = entries.map(async (entry) => {
    const name = Buffer.concat([start, entry.name]);
    if (!entry.isDirectory()) return [name];
    return await namesBelow(Buffer.concat([folder, slash, entry.name]), Buffer.concat([name, slash]));
  });
  return (await Promise.all(found)).flat();
}
