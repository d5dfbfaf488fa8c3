import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** All files below a folder with digests of their contents. */
export async function readTree(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  const pairs = files.sort().map(async (path): Promise<[string, string]> => {
    const digest = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    return [relative(folder, path), digest.slice(0, 16)];
  });
  return Object.fromEntries(await Promise.all(pairs));
}
