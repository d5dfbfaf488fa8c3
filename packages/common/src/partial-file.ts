import { unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AbortOptions } from './abort-options.ts';
import { asWriteError } from './as-write-error.ts';
import { type DirectorySyncer, sharedDirectorySyncer } from './directory-syncer.ts';
import type { Durability } from './durability.ts';
import { findPartialFiles, type FoundPartialFile, partialPath } from './find-partial-files.ts';
import { isErrnoException } from './is-errno-exception.ts';
import { OwnedDescriptor } from './owned-descriptor.ts';
import { partialFileOperations, type PartialFileOperations } from './partial-file-operations.ts';
import { placeFile } from './place-file.ts';
import { settleDirectory } from './settle-directory.ts';
import { tempMark } from './temp-mark.ts';
import { writeFully } from './write-all.ts';
import { FileCloseFailedError, FileSyncFailedError, PartialFileBusyError } from './write-errors.ts';

export interface PartialFileOptions extends AbortOptions {
  /** Default `full`. With `none`, `sync` does nothing. */
  durability?: Durability | undefined;
  /** Refuse to replace a file: FileExistsError. Needs hard links. Default false. */
  exclusive?: boolean | undefined;
  /** Permissions of a new file, before the umask; default 0o666. */
  mode?: number | undefined;
  /** Default: one that the whole process shares. */
  directorySyncer?: DirectorySyncer | undefined;
  /** The system calls; default Node's. For tests. */
  operations?: PartialFileOperations | undefined;
}

/**
 * A file that comes into being over several runs of a program, and then as a whole: until `commit`, nothing has the final
 * name. What it holds from an earlier run is for the caller to check. Calls MUST not overlap, but for `read`. Disposing it keeps it.
 */
export interface PartialFile extends AsyncDisposable {
  /** Where it lies now. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Fills `into` from `position` on; resolves to how many bytes there were: fewer only at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Gives up what comes after `sizeBytes`. */
  cut(sizeBytes: number): Promise<void>;
  /** Adds to the end. After it has rejected, nothing more can be written; what was synced is kept. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when all that was written is on disk, so far as the durability asks for. A sync that fails gives up the file. */
  sync(): Promise<void>;
  /** Syncs it, and puts it in place. */
  commit(): Promise<void>;
  /** Puts it down for the next run; does nothing after the end. Resolves to whether there is anything to go on from. */
  keep(): Promise<boolean>;
  /** Removes it; does nothing after the end. */
  discard(): Promise<void>;
}

/**
 * Opens what an earlier run has left of `path`, or begins it. It lies beside `path` as `NAME.partial`; while a process works on
 * it, it bears its mark, `NAME.MARK.partial`, by which two processes are kept apart, and no sweep of temp files removes it.
 * One whose owner cannot be known (another machine, boot or container) is taken over: its name changes, so that the owner,
 * if he lives, cannot put it in place.
 * @throws PartialFileBusyError; DiskFullError; any system error; the signal's reason.
 */
export async function openPartialFile(path: string, options: PartialFileOptions = {}): Promise<PartialFile> {
  const { durability = 'full', directorySyncer, signal, mode = 0o666, operations = partialFileOperations } = options;
  if (durability === 'full') await settleDirectory(dirname(path), directorySyncer);
  signal?.throwIfAborted();
  const own = partialPath(path, tempMark());
  try {
    const kept = await claim(path, own, operations);
    const fd = kept === undefined ? await operations.open(own, mode) : await operations.reopen(own);
    const file = new ClaimedFile(path, own, fd, kept?.sizeBytes ?? 0, options);
    await assertAlone(path, file);
    return file;
  } catch (error) {
    throw asWriteError(error, path);
  }
}

/** What {@link removePartialFile} has found. */
export interface RemovedPartialFile {
  readonly removedBytes: number;
  /** Whether something is left: what somebody works on, or could go on with. */
  readonly isLeft: boolean;
}

export interface RemovePartialFileOptions {
  /** Only what is the finished file itself, whose second name a process that was killed could not remove any more. Default false. */
  finishedOnly?: boolean;
}

/** Removes what earlier runs have left of `path`, but not what somebody works on. */
export async function removePartialFile(
  path: string,
  { finishedOnly = false }: RemovePartialFileOptions = {},
): Promise<RemovedPartialFile> {
  const found = await findPartialFiles(path);
  const removed = found.filter(({ owner, isUsable }) => owner !== 'alive' && !(finishedOnly && isUsable));
  for (const one of removed) await unlink(one.path);
  const removedBytes = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { removedBytes, isLeft: removed.length < found.length };
}

/** Gives what is to be gone on with the name that says so; undefined when there is nothing. */
async function claim(
  path: string,
  own: string,
  { rename, unlink: remove }: PartialFileOperations,
): Promise<FoundPartialFile | undefined> {
  const found = await findPartialFiles(path);
  assertIdle(path, found);
  const best = found.find(({ isUsable }) => isUsable);
  try {
    for (const other of found) if (other !== best) await remove(other.path);
    if (best !== undefined) await rename(best.path, own);
  } catch (error) {
    // Another process was quicker.
    throw isErrnoException(error, 'ENOENT') ? new PartialFileBusyError(path, undefined, error) : error;
  }
  return best;
}

function assertIdle(path: string, found: readonly FoundPartialFile[]): void {
  const busy = found.find(({ owner }) => owner === 'alive');
  if (busy !== undefined) throw new PartialFileBusyError(path, busy.mark);
}

/** Two may have found nothing and begun at the same moment: then both give way. */
async function assertAlone(path: string, file: ClaimedFile): Promise<void> {
  const found = await findPartialFiles(path);
  try {
    assertIdle(
      path,
      found.filter((one) => one.path !== file.path),
    );
  } catch (error) {
    await file.keep();
    throw error;
  }
}

class ClaimedFile implements PartialFile {
  readonly path: string;
  readonly #target: string;
  readonly #options: PartialFileOptions;
  readonly #operations: PartialFileOperations;
  #sizeBytes: number;
  readonly #file: OwnedDescriptor;
  #ended = false;

  constructor(target: string, path: string, fd: number, sizeBytes: number, options: PartialFileOptions) {
    this.path = path;
    this.#target = target;
    this.#sizeBytes = sizeBytes;
    this.#options = options;
    this.#operations = options.operations ?? partialFileOperations;
    this.#file = new OwnedDescriptor(target, fd, this.#operations);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    const { fd } = this.#file;
    let done = 0;
    while (done < into.length) {
      const count = await this.#operations.readAt(fd, into, done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  async cut(sizeBytes: number): Promise<void> {
    if (sizeBytes > this.#sizeBytes) throw new RangeError(`there are no ${sizeBytes} bytes to be kept`);
    await this.#attempt((fd) => this.#operations.truncate(fd, sizeBytes));
    this.#sizeBytes = sizeBytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    // By its place and not at the end, wherever that is: a former owner who still lives writes the same bytes there.
    const at = this.#sizeBytes;
    await this.#attempt((fd) =>
      writeFully(
        (part, offset, length) => this.#operations.writeAt(fd, part, offset, length, at + offset),
        bytes,
        this.#options,
      ),
    );
    this.#sizeBytes += bytes.length;
  }

  async sync(): Promise<void> {
    if (this.#options.durability === 'none') return;
    await this.#attempt(() => this.#file.sync());
  }

  async commit(): Promise<void> {
    const { durability = 'full', directorySyncer = sharedDirectorySyncer, exclusive = false, signal } = this.#options;
    await this.sync();
    await this.#attempt(async () => {
      signal?.throwIfAborted();
      await this.#file.close();
      await placeFile(this.path, this.#target, exclusive, this.#operations);
    });
    this.#ended = true;
    if (durability === 'full') await directorySyncer.request(dirname(this.#target));
  }

  async keep(): Promise<boolean> {
    if (this.#ended) return false;
    if (this.#sizeBytes === 0) {
      await this.discard();
      return false;
    }
    this.#ended = true;
    await this.#file.release();
    try {
      await this.#operations.rename(this.path, partialPath(this.#target));
      return true;
    } catch (error) {
      // It was taken over by somebody to whom this process looked as if it had ended.
      if (isErrnoException(error, 'ENOENT')) return false;
      throw error;
    }
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await this.#file.release();
    } finally {
      await this.#operations.unlink(this.path);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.keep();
  }

  /** After a failure nothing is written any more. What the disk refused to sync, or lost, is given up as a whole. */
  async #attempt<T>(work: (fd: number) => T | Promise<T>): Promise<T> {
    const { fd } = this.#file;
    try {
      return await work(fd);
    } catch (error) {
      const isLost = error instanceof FileSyncFailedError || error instanceof FileCloseFailedError;
      // The first error is the one that explains.
      await (isLost ? this.discard() : this.#file.release()).catch(() => undefined);
      throw asWriteError(error, this.#target);
    }
  }
}
