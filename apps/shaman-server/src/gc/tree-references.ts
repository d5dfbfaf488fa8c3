import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isErrnoException } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { parseBlobLink } from '../checkouts/blob-link.ts';
import { walkTree } from '../checkouts/walk-tree.ts';
import type { DigestSet } from '../state/digest-set.ts';
import type { ReferenceSource } from './reference-source.ts';

/** What goes away during a walk may have been moved to where the walk had been: then it is walked again, but not for ever. */
const MOST_WALKS = 3;

/**
 * The links of a folder and all below it: the checkout root with what is being built in it, or another folder whose links
 * keep blobs (`ExtraCheckoutDirs` of the originals).
 *
 * A link refers to the blob that its text names, wherever the store is said to be: relative or absolute, by the real path,
 * through symbolic links, or by a mount of another machine. A link that names none is resolved, link by link, and the
 * file that it ends at named in the same way. Links to folders are followed, each folder once.
 *
 * A folder that is not there is an error: a disk that is not mounted must not look like "no checkouts".
 */
export class TreeReferences implements ReferenceSource {
  readonly name: string;

  constructor(folder: string) {
    this.name = folder;
  }

  async collect(into: DigestSet, options: AbortOptions = {}): Promise<number> {
    for (let walks = 1; ; walks += 1) {
      const { links, disturbed } = await walkReferences(this.name, into, options);
      if (!disturbed || walks >= MOST_WALKS) return links;
    }
  }
}

interface Walk {
  readonly into: DigestSet;
  /** Folders by device and inode. */
  readonly seen: Set<string>;
  /** Folders that links lead to, still to be walked. */
  readonly linked: string[];
  links: number;
  disturbed: boolean;
}

async function walkReferences(folder: string, into: DigestSet, options: AbortOptions): Promise<Walk> {
  const walk: Walk = { into, seen: new Set(), linked: [], links: 0, disturbed: false };
  enter(walk, folder);
  const visitor = {
    folder: (path: string) => enter(walk, path),
    link: (path: string, target: string) => visitLink(walk, path, target),
    gone: () => void (walk.disturbed = true),
  };
  await walkTree(folder, visitor, options);
  for (let next = walk.linked.pop(); next !== undefined; next = walk.linked.pop())
    if (enter(walk, next)) await walkTree(next, visitor, options);
  return walk;
}

/** False for a folder that the walk has been in. */
function enter({ seen }: Walk, path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return true;
  const identity = `${stats.dev} ${stats.ino}`;
  if (seen.has(identity)) return false;
  seen.add(identity);
  return true;
}

function visitLink(walk: Walk, link: string, target: string): void {
  walk.links += 1;
  const end = parseBlobLink(target) === undefined ? endOf(link, target) : target;
  const blob = end === undefined ? undefined : parseBlobLink(end);
  if (blob !== undefined) walk.into.addHex(blob.sha);
  else if (end !== undefined && statSync(end, { throwIfNoEntry: false })?.isDirectory() === true) walk.linked.push(end);
}

/** Undefined for a link that leads nowhere: it keeps no blob. */
function endOf(link: string, target: string): string | undefined {
  try {
    return realpathSync(resolve(dirname(link), target));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].some((code) => isErrnoException(error, code))) return undefined;
    throw error;
  }
}
