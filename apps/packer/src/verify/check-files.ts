import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { type AbortOptions, isErrnoException } from '@waybill/common';
import { runParallel } from '../execute/run-parallel.ts';
import type { FilePath } from '../paths/file-path.ts';
import { pathInPack } from './path-in-pack.ts';
import type { PackManifest } from '../report/pack-manifest.ts';
import type { VerifyReport } from './verify-report.ts';

export type BadFile = VerifyReport['badFiles'][number];

export interface CheckFilesOptions extends AbortOptions {
  readonly digests?: boolean | undefined;
}

/** What keeps a disk busy. */
const FILES_AT_A_TIME = 8;

/** The files of a manifest that are not there, or not what it says; in its order. */
export async function checkFiles(
  folder: string,
  { files }: PackManifest,
  { digests = false, signal }: CheckFilesOptions,
): Promise<BadFile[]> {
  const problems = new Map<string, BadFile['problem']>();
  await runParallel(files, { concurrency: FILES_AT_A_TIME, signal }, async (file, either) => {
    const expected = { ...file, sha256: digests ? file.sha256 : undefined };
    const problem = await problemOf(pathInPack(folder, file.path), expected, { signal: either });
    if (problem !== undefined) problems.set(file.path, problem);
  });
  return files.flatMap(({ path }) => {
    const problem = problems.get(path);
    return problem === undefined ? [] : [{ path, problem }];
  });
}

async function problemOf(
  path: FilePath,
  { sizeBytes, sha256 }: { readonly sizeBytes: number; readonly sha256: string | undefined },
  { signal }: AbortOptions,
): Promise<BadFile['problem'] | undefined> {
  try {
    await using handle = await open(path);
    const stats = await handle.stat();
    if (!stats.isFile()) return 'missing';
    if (stats.size !== sizeBytes) return 'size';
    if (sha256 === undefined) return undefined;
    const hash = createHash('sha256');
    for await (const piece of handle.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024, signal }))
      hash.update(piece as Buffer);
    return hash.digest('hex') === sha256 ? undefined : 'content';
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ENOTDIR')) return 'missing';
    throw error;
  }
}
