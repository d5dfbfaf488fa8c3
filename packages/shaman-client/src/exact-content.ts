import type { ShamanFile } from '@waybill/shaman-protocol';
import { FileChangedError, FileUnreadableError } from './client-errors.ts';

/** The content of a file from a byte on, which has to be as long as announced. Throws FileChangedError, FileUnreadableError. */
export async function* exactContent(
  file: ShamanFile,
  content: AsyncIterable<Uint8Array>,
  start: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = start;
  try {
    for await (const bytes of content) {
      at += bytes.length;
      if (at > file.sizeBytes) throw new FileChangedError(file, at);
      yield bytes;
    }
  } catch (error) {
    throw error instanceof FileChangedError ? error : new FileUnreadableError(file.path, error);
  }
  if (at !== file.sizeBytes) throw new FileChangedError(file, at);
}
