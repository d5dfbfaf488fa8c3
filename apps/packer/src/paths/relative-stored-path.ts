import type { FilePath } from './file-path.ts';
import { splitPath } from './path-parts.ts';

/**
 * What to store in one file to lead to another: `//…` with `/`, as every Blender on every system reads it. Between two drives
 * there is no such path: then the absolute one.
 */
export function relativeStoredPath(from: FilePath, to: FilePath, platform: NodeJS.Platform = process.platform): Buffer {
  const source = splitPath(from, platform);
  const target = splitPath(to, platform);
  if (rootKey(source.root) !== rootKey(target.root)) {
    return Buffer.from(`${target.root}/${target.names.join('/')}`.replace(/^\/\//, '\\\\'), 'latin1');
  }
  const folder = source.names.slice(0, -1);
  let common = 0;
  while (common < folder.length && common < target.names.length && folder[common] === target.names[common]) common += 1;
  const names = [...folder.slice(common).map(() => '..'), ...target.names.slice(common)];
  return Buffer.from(`//${names.join('/')}`, 'latin1');
}

function rootKey(root: string): string {
  return root.toLowerCase();
}
