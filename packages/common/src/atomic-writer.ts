import { dirname, join } from 'node:path';
import type { AbortOptions } from './abort-options.ts';
import { asWriteError } from './as-write-error.ts';
import { assertExpected, type ExpectedContent } from './assert-expected.ts';
import { type DirectorySyncer, sharedDirectorySyncer } from './directory-syncer.ts';
import type { Durability } from './durability.ts';
import { ensureDirectory } from './ensure-directory.ts';
import { type FileOperations, pooledFileOperations } from './file-operations.ts';
import { type ContentSummary, HashingWriter } from './hashing-writer.ts';
import { isErrnoException } from './is-errno-exception.ts';
import { OwnedDescriptor } from './owned-descriptor.ts';
import { placeFile } from './place-file.ts';
import { settleDirectory } from './settle-directory.ts';
import { nextTempName, type TempNamer } from './temp-name.ts';
import { writeFully, writePartsFully, type WriteSome } from './write-all.ts';

/** What an atomic write has just done. `synced` and `directory-synced` are left out with durabilities that do without. */
export type AtomicWriteStep = 'opened' | 'written' | 'synced' | 'closed' | 'renamed' | 'directory-synced';

export interface AtomicWriteOptions extends AbortOptions {
  /** Default `full`. */
  durability?: Durability | undefined;
  /** What the content has to be; anything else is not put in place. */
  expected?: ExpectedContent | undefined;
  /** Names the temp file; default `.waybill.MARK.N.temp`. */
  tempName?: TempNamer | undefined;
  /** Permissions of the new file, before the umask; default 0o666. */
  mode?: number | undefined;
  /** Refuse to replace a file: FileExistsError. Needs hard links. Default false. */
  exclusive?: boolean | undefined;
  /** Create missing parent directories, synced in their parents with durability `full`. Default false: ENOENT. */
  createParents?: boolean | undefined;
  /** Default: one that the whole process shares. */
  directorySyncer?: DirectorySyncer | undefined;
  /** Called right after each step; what it throws fails the write. */
  onStep?: ((step: AtomicWriteStep) => void) | undefined;
  /** The system calls; default Node's. For tests. */
  operations?: FileOperations | undefined;
}

/** A file that comes into being as a whole or not at all. Calls MUST not overlap. */
export interface AtomicWriter extends AsyncDisposable {
  /** Resolves when it may be called again. After it has rejected, the temp file is gone and nothing more can be written. */
  write(bytes: Uint8Array): Promise<void>;
  /** Puts the file in place and resolves when it is as durable as asked for. */
  commit(): Promise<ContentSummary>;
  /** Removes the temp file; does nothing after the end. */
  discard(): Promise<void>;
}

const ENOUGH_TEMP_NAMES = 16;

/**
 * Opens a temp file beside `path`. Then: write, compare length and digest, sync, close, rename, sync the directory.
 * On every failure the temp file is removed, and `path` is what it was; only when the sync of the directory fails, after
 * the rename, is it the new file, whole, but not known to survive a power cut.
 * An abort is heeded until the rename.
 * @throws ContentLengthMismatchError, ContentDigestMismatchError; DiskFullError, FileTooLargeError, WriteStalledError;
 * FileSyncFailedError, FileCloseFailedError; FileExistsError; the signal's reason; any other system error as it is.
 */
export async function openAtomicWriter(path: string, options: AtomicWriteOptions = {}): Promise<AtomicWriter> {
  return await TempFile.open(path, options);
}

export class TempFile implements AtomicWriter {
  readonly #path: string;
  readonly #tempPath: string;
  readonly #options: AtomicWriteOptions;
  readonly #operations: FileOperations;
  readonly #hashing: HashingWriter | undefined;
  readonly #file: OwnedDescriptor;
  #ended = false;

  private constructor(path: string, tempPath: string, fd: number, options: AtomicWriteOptions, hashes: boolean) {
    this.#path = path;
    this.#tempPath = tempPath;
    this.#options = options;
    this.#operations = options.operations ?? pooledFileOperations;
    this.#file = new OwnedDescriptor(path, fd, this.#operations);
    this.#hashing = hashes ? new HashingWriter() : undefined;
  }

  /** @param hashes False where the caller knows the digest already, and checks it. */
  static async open(path: string, options: AtomicWriteOptions, hashes = true): Promise<TempFile> {
    const operations = options.operations ?? pooledFileOperations;
    try {
      const [tempPath, fd] = await createTemp(path, options, operations);
      const file = new TempFile(path, tempPath, fd, options, hashes);
      await file.#attempt(() => options.onStep?.('opened'));
      return file;
    } catch (error) {
      throw asWriteError(error, path);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#attempt(async (fd) => {
      const write = this.#operations.write;
      await writeFully((part, offset, length) => write(fd, part, offset, length), bytes, this.#options);
      this.#hashing?.write(bytes);
    });
  }

  /** Several parts, in order. */
  async writeParts(parts: readonly Uint8Array[]): Promise<void> {
    const [only] = parts;
    if (only !== undefined && parts.length === 1) {
      await this.write(only);
      return;
    }
    await this.#attempt(async (fd) => {
      const { write, writeParts } = this.#operations;
      const some: WriteSome = (part, offset, length) => write(fd, part, offset, length);
      await writePartsFully((all) => writeParts(fd, all), some, parts, this.#options);
      for (const part of parts) this.#hashing?.write(part);
    });
  }

  async commit(known?: ContentSummary): Promise<ContentSummary> {
    const { durability = 'full', onStep, signal } = this.#options;
    const summary = await this.#attempt(async () => {
      const summary = known ?? this.#summarise();
      assertExpected(this.#path, summary, this.#options.expected);
      onStep?.('written');
      signal?.throwIfAborted();
      if (durability !== 'none') {
        await this.#file.sync();
        onStep?.('synced');
      }
      await this.#file.close();
      onStep?.('closed');
      signal?.throwIfAborted();
      await placeFile(this.#tempPath, this.#path, this.#options.exclusive === true, this.#operations);
      return summary;
    });
    this.#ended = true;
    onStep?.('renamed');
    if (durability === 'full') await this.#syncDirectory();
    return summary;
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await this.#file.release();
    } finally {
      await this.#operations.unlink(this.#tempPath);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discard();
  }

  #summarise(): ContentSummary {
    if (this.#hashing === undefined) throw new TypeError('the caller has to know the digest');
    return this.#hashing.finish();
  }

  async #syncDirectory(): Promise<void> {
    const { directorySyncer = sharedDirectorySyncer, onStep } = this.#options;
    await directorySyncer.request(dirname(this.#path));
    onStep?.('directory-synced');
  }

  /** Whatever fails in `work` ends the file: the temp file is removed before the error goes on. */
  async #attempt<T>(work: (fd: number) => T | Promise<T>): Promise<T> {
    const { fd } = this.#file;
    try {
      return await work(fd);
    } catch (error) {
      // The first error is the one that explains; what it leaves behind bears our mark, and a sweep removes it.
      await this.discard().catch(() => undefined);
      throw asWriteError(error, this.#path);
    }
  }
}

async function createTemp(
  path: string,
  options: AtomicWriteOptions,
  operations: FileOperations,
): Promise<[tempPath: string, fd: number]> {
  const { mode = 0o666, createParents = false, durability = 'full', tempName } = options;
  for (let attempt = 1; ; attempt += 1) {
    const tempPath = join(dirname(path), nextTempName(tempName));
    try {
      if (durability === 'full') await settleDirectory(dirname(path), options.directorySyncer);
      options.signal?.throwIfAborted();
      return [tempPath, await operations.open(tempPath, mode)];
    } catch (error) {
      if (attempt >= ENOUGH_TEMP_NAMES) throw error;
      if (createParents && isErrnoException(error, 'ENOENT')) await ensureDirectory(dirname(path), options);
      else if (!isErrnoException(error, 'EEXIST')) throw error;
    }
  }
}
