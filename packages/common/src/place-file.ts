import type { FileOperations } from './file-operations.ts';
import { isErrnoException } from './is-errno-exception.ts';
import { FileExistsError } from './write-errors.ts';

/**
 * Gives a finished temp file its name. With `exclusive`, what has that name is not replaced.
 * @throws FileExistsError; any system error.
 */
export async function placeFile(
  tempPath: string,
  path: string,
  exclusive: boolean,
  { rename, link, unlink }: Pick<FileOperations, 'rename' | 'link' | 'unlink'>,
): Promise<void> {
  if (!exclusive) {
    await rename(tempPath, path);
    return;
  }
  // A rename would replace what is there; a link fails.
  try {
    await link(tempPath, path);
  } catch (error) {
    throw isErrnoException(error, 'EEXIST') ? new FileExistsError(path, error) : error;
  }
  try {
    await unlink(tempPath);
  } catch {
    // The file is in place. Its second name bears our mark, and a sweep removes it.
  }
}
