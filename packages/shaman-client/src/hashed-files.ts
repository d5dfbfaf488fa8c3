import type { ShamanFile } from '@waybill/shaman-protocol';
import type { ClientFile } from './client-file.ts';
import { runWorkers, type RunWorkersOptions } from './run-workers.ts';

/** A content of the definition, with a way to it. */
export interface HashedFile {
  /** `SHA-SIZE`, the same for all files of this content. */
  readonly key: string;
  readonly file: ShamanFile;
  readonly source: ClientFile;
}

/** Computes the digests that are not known; resolves with the files in their order. */
export async function hashFiles(files: readonly ClientFile[], options: RunWorkersOptions): Promise<HashedFile[]> {
  const hashed: HashedFile[] = [];
  await runWorkers(files.entries(), options, async ([place, source], signal) => {
    const { path, sizeBytes } = source;
    const sha = typeof source.sha === 'string' ? source.sha : await source.sha({ signal });
    hashed[place] = { key: keyOf({ sha, sizeBytes }), file: { path, sizeBytes, sha }, source };
    return undefined;
  });
  return hashed;
}

export function keyOf({ sha, sizeBytes }: Pick<ShamanFile, 'sha' | 'sizeBytes'>): string {
  return `${sha}-${sizeBytes}`;
}
