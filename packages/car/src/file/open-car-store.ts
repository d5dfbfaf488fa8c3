import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { type AbortOptions, isErrnoException, sweepTempFiles } from '@waybill/common';
import type { CarLimits } from '../codec/limits.ts';
import { CarError, CarFileChangedError } from '../errors.ts';
import { openCarIndex, type SharedCarIndex } from '../index/car-index.ts';
import { IndexBuilder } from '../index/index-builder.ts';
import { loadIndex, saveIndex } from '../index/index-file.ts';
import { createBlockVerifier } from '../verify-block.ts';
import { type CarSource, isSameStamp, stampAt } from './car-source.ts';
import { type CarStore, IndexedCarStore } from './car-store.ts';
import { indexCarFile, type IndexProgress } from './index-car-file.ts';
import { removeScratch, scratchPath } from './scratch-files.ts';
import { isZstdFile, planUnpacking, unpackCarFile, unpackedPath, type UnpackPlan } from './unpack-car-file.ts';

export interface OpenCarStoreOptions extends AbortOptions {
  /** Where the index is kept; default beside the first file: `NAME.waybill-index`. `null`: in memory only. */
  indexPath?: string | null | undefined;
  /** Where compressed files are unpacked to, and stay; default beside the index. */
  unpackedDirectory?: string | undefined;
  /**
   * Whether unpacked files stay for the next time, with their index; default true. Without it they are temp files of this
   * process, which go when the store is closed; the next sweep takes those of a process that was killed.
   */
  keepUnpacked?: boolean | undefined;
  /** Told before a compressed file is unpacked, which takes as much space as its content. */
  onUnpack?: ((plan: UnpackPlan) => void) | undefined;
  /** Check the hash of every block when the index is made; default true. It costs about 1 us a block. */
  verify?: boolean | undefined;
  limits?: Partial<CarLimits> | undefined;
  /** See `CarScannerInit`. Default false. */
  zeroLengthAsEnd?: boolean | undefined;
  /** How far the index is; not called when there is one already. */
  onProgress?: ((progress: IndexProgress) => void) | undefined;
  /** Told why an index was made anew or could not be kept; without it, the latter is thrown. */
  onIndexProblem?: ((error: unknown) => void) | undefined;
}

/**
 * Opens CAR files (v1, v2, zstd, forest) as one store of blocks. The index is read from where it is kept, where it belongs
 * to these very files, by size and time of change; else all files are read once, and it is made.
 * @throws CarError for what is wrong with a file; DiskFullError and others of `openAtomicWriter`; any system error; the
 * signal's reason.
 */
export async function openCarStore(
  paths: string | readonly string[],
  options: OpenCarStoreOptions = {},
): Promise<CarStore> {
  const list = typeof paths === 'string' ? [paths] : paths;
  if (list.length === 0) throw new TypeError('a store needs a CAR file');
  const indexPath = options.indexPath === undefined ? defaultIndexPath(list) : options.indexPath;
  const known = indexPath === null ? undefined : loadFitting(indexPath, list, options);
  if (known !== undefined) return new IndexedCarStore(openCarIndex(known));
  const scratch: string[] = [];
  try {
    const shared = await makeIndex(list, indexPath, options, scratch);
    return new IndexedCarStore(openCarIndex(shared), scratch);
  } catch (error) {
    removeScratch(scratch);
    throw error;
  }
}

/** Beside the first file; the name tells other lists of files apart. */
export function defaultIndexPath(paths: readonly string[]): string {
  const [first = '', ...others] = paths.map((path) => resolve(path));
  if (others.length === 0) return `${first}.waybill-index`;
  const list = createHash('sha256').update(others.join('\0')).digest('hex').slice(0, 12);
  return join(dirname(first), `${basename(first)}.${list}.waybill-index`);
}

function loadFitting(
  indexPath: string,
  paths: readonly string[],
  options: OpenCarStoreOptions,
): SharedCarIndex | undefined {
  try {
    const shared = loadIndex(indexPath);
    if (shared === undefined) return undefined;
    if (shared.files.length === paths.length && shared.files.every((file, at) => fits(file, paths[at] ?? '', options)))
      return shared;
    throw new CarFileChangedError(0, 'belongs to other files, or to older versions of them').locate(indexPath, 0);
  } catch (error) {
    if (!(error instanceof CarError)) throw error;
    options.onIndexProblem?.(error);
    return undefined;
  }
}

function fits(file: CarSource, path: string, { verify = true }: OpenCarStoreOptions): boolean {
  if (resolve(path) !== file.originPath || (verify && !file.verified)) return false;
  return isSameStamp(stampAt(path), file.origin) && isThere(file.path) && isSameStamp(stampAt(file.path), file);
}

function isThere(path: string): boolean {
  try {
    stampAt(path);
    return true;
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return false;
    throw error;
  }
}

async function makeIndex(
  paths: readonly string[],
  indexPath: string | null,
  options: OpenCarStoreOptions,
  scratch: string[],
): Promise<SharedCarIndex> {
  const { verify = true } = options;
  const verifier = verify ? await createBlockVerifier() : undefined;
  const directory = resolve(options.unpackedDirectory ?? dirname(indexPath ?? resolve(paths[0] ?? '')));
  const builder = new IndexBuilder();
  const files: CarSource[] = [];
  for (const path of paths.map((each) => resolve(each))) {
    const origin = stampAt(path);
    const readPath = isZstdFile(path) ? await unpack(path, directory, options, scratch) : path;
    files.push(await indexCarFile(readPath, { originPath: path, origin }, builder, { ...options, verifier }));
  }
  const shared = builder.finish(files);
  // An index of files that go with this process would be of no use to another.
  if (indexPath !== null && scratch.length === 0) await keep(indexPath, shared, options);
  return shared;
}

async function unpack(
  path: string,
  directory: string,
  { keepUnpacked = true, onUnpack, signal }: OpenCarStoreOptions,
  scratch: string[],
): Promise<string> {
  const target = keepUnpacked ? unpackedPath(path, directory) : scratchPath(directory);
  if (!keepUnpacked) scratch.push(target);
  await sweepTempFiles(directory, { signal });
  const plan = planUnpacking(path, directory);
  onUnpack?.(plan);
  await unpackCarFile(path, target, { signal });
  return target;
}

/** A folder that cannot be written to costs time at the next start, and nothing else. */
async function keep(indexPath: string, shared: SharedCarIndex, options: OpenCarStoreOptions): Promise<void> {
  try {
    await sweepTempFiles(dirname(indexPath), { signal: options.signal });
    await saveIndex(indexPath, shared, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (options.onIndexProblem === undefined) throw error;
    options.onIndexProblem(error);
  }
}
