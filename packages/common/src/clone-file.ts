import { constants, copyFileSync } from 'node:fs';

/**
 * Makes a second file that shares its blocks with the first until one of them is written to (a reflink). It copies no
 * content: where the file system cannot share blocks it fails. Nothing is synced.
 * @throws A system error: ENOTSUP, EOPNOTSUPP, EXDEV, EINVAL or ENOTTY where reflinks do not work, EEXIST where there is a file.
 */
export function cloneFile(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
}
