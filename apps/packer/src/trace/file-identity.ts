import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FilePath } from '../paths/file-path.ts';
import type { AssetFile } from './usage.ts';

/** `dev:ino:size:mtimeNs:ctimeNs`: changes whenever the content may have. */
export function fileIdentity({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

export async function statIdentity(path: FilePath): Promise<string> {
  return fileIdentity(await stat(path, { bigint: true }));
}

/** @throws System errors as they are (`ENOENT`, …) */
export async function statFile(path: FilePath): Promise<AssetFile> {
  return assetFile(path, await stat(path, { bigint: true }));
}

/**
 * The file at a path; `undefined` where there is none. Blocks for the time of one system call: a project has thousands of files,
 * and a promise for each costs ten times as much as the call.
 * @throws System errors other than that nothing is there: unreadable is not missing
 */
export function findFile(path: FilePath): AssetFile | undefined {
  const found = statOrUndefined(path);
  return found?.isFile() === true ? assetFile(path, found) : undefined;
}

function statOrUndefined(path: FilePath): BigIntStats | undefined {
  // What comes from a .blend file can be longer than any name (ENAMETOOLONG), or go in circles (ELOOP).
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

const ABSENCES: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL']);

/** Whether a system error says that there is nothing at a path. */
export function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ABSENCES.has(error.code);
}

function assetFile(path: FilePath, found: BigIntStats): AssetFile {
  return { path, sizeBytes: Number(found.size), identity: fileIdentity(found) };
}
