import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FilePath } from '../paths/file-path.ts';
import type { AssetFile } from './usage.ts';

/** `dev:ino:size:mtimeNs:ctimeNs`: changes whenever the content may have. */
export function fileIdentity({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

/**
 * A file that was written to a moment ago may be written to again without its times changing: clocks of file systems tick, with
 * FAT every two seconds. What is younger is not remembered.
 */
const SETTLED_MS = 2500;

/** Whether what was read from this moment on is what the identity stands for, now and later. */
export function isSettled(identity: string, readMs: number): boolean {
  return readMs - changedMsOf(identity) > SETTLED_MS;
}

/** When a file was changed last, as its `mtime` and `ctime` say: the later of them. */
export function changedMsOf(identity: string): number {
  const times = identity
    .split(':')
    .slice(3)
    .map((text) => Number(text) / 1e6);
  return Math.max(...times);
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

/**
 * On Windows a share or server that is not there, and a drive without a disk (ERROR_BAD_NETPATH, ERROR_BAD_NET_NAME, ERROR_NOT_READY),
 * for which libuv has no name: https://github.com/libuv/libuv/blob/v1.x/src/win/error.c
 */
const NAMELESS = 'UNKNOWN';

/** Whether a system error says that there is nothing at a path. */
export function isAbsence(error: unknown, platform: NodeJS.Platform = process.platform): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return ABSENCES.has(error.code) || (platform === 'win32' && error.code === NAMELESS);
}

function assetFile(path: FilePath, found: BigIntStats): AssetFile {
  return { path, sizeBytes: Number(found.size), identity: fileIdentity(found) };
}
