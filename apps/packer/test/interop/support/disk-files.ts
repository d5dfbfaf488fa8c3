import { readdir } from 'node:fs/promises';
import { formatPath } from '../../../src/paths/format-path.ts';

/** All files below a folder, relative to it, in order; names are taken as bytes. */
export async function diskFiles(folder: string): Promise<string[]> {
  return (await below(Buffer.from(folder), Buffer.alloc(0))).map((name) => formatPath(name)).sort();
}

async function below(folder: Buffer, start: Buffer): Promise<Buffer[]> {
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  const found = entries.map(async (entry) => {
    const name = Buffer.concat([start, entry.name]);
    if (!entry.isDirectory()) return [name];
    return await below(Buffer.concat([folder, Buffer.from('/'), entry.name]), Buffer.concat([name, Buffer.from('/')]));
  });
  return (await Promise.all(found)).flat();
}
