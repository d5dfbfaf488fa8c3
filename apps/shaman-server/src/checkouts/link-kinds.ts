import { linkSync, statSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isErrnoException, writeFileAtomic } from '@waybill/common';
import type { LinkKind } from './checkout-store.ts';
import { cloneFile } from '@waybill/common';

/**
 * The best kind that works between two folders. Symbolic links say where their content is and cost nothing; reflinks
 * share blocks but no names, so that nobody can change a blob through them; hard links can do that; a copy always works.
 */
export async function chooseLinkKind(buildingFolder: string, blobFolder: string): Promise<LinkKind> {
  const blob = join(blobFolder, `.waybill-probe-${process.pid}`);
  const link = join(buildingFolder, 'probe');
  await writeFileAtomic(blob, Buffer.from('?'), { durability: 'none' });
  try {
    if (works(() => symlinkSync(relative(buildingFolder, blob), link), link)) return 'symlink';
    await rm(link, { force: true });
    if (works(() => cloneFile(blob, link), link)) return 'reflink';
    await rm(link, { force: true });
    return works(() => linkSync(blob, link), link) ? 'hardlink' : 'copy';
  } finally {
    await rm(link, { force: true });
    await rm(blob, { force: true });
  }
}

function works(make: () => void, link: string): boolean {
  try {
    make();
    return statSync(link).isFile();
  } catch (error) {
    if (isErrnoException(error)) return false;
    throw error;
  }
}
