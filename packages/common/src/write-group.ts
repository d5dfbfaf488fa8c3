import { dirname } from 'node:path';
import type { Durability } from './durability.ts';
import { type BlockingFileOperations, blockingFileOperations } from './file-operations.ts';
import { type GroupFault, type GroupStep, toPlainError } from './group-fault.ts';
import { writeAllSync } from './write-all.ts';

/** One file of a group, with its place in the group's contents. */
export interface GroupFile {
  readonly path: string;
  readonly tempPath: string;
  readonly offset: number;
  readonly length: number;
  readonly mode: number;
  /** Leave what is there alone; `exclusive` also when it comes into being meanwhile. */
  readonly placing: 'replace' | 'keep' | 'exclusive';
}

/**
 * Writes files, each as a whole or not at all, in steps for all of them: look, open and write, sync and close, rename; then
 * each of their directories is synced once. A file system that keeps a journal does less for syncs in a row than for
 * syncs with renames between them. Returns what failed: the temp files of these are gone, the other files are in place.
 * Blocks until everything is on disk.
 */
export function writeGroup(
  files: readonly GroupFile[],
  contents: Uint8Array,
  durability: Durability,
  operations: BlockingFileOperations = blockingFileOperations,
): GroupFault[] {
  const group = new GroupWrite(files, durability, operations);
  group.look();
  group.write(contents);
  group.syncAndClose();
  group.rename();
  if (durability === 'full') group.syncDirectories();
  return group.faults;
}

interface OpenFile {
  readonly index: number;
  readonly file: GroupFile;
  /** `undefined` from when the close was begun: a descriptor is closed once, also when that fails. */
  fd: number | undefined;
}

class GroupWrite {
  readonly faults: GroupFault[] = [];
  readonly #durability: Durability;
  readonly #operations: BlockingFileOperations;
  /** Those that went well so far. */
  #files: OpenFile[];

  constructor(files: readonly GroupFile[], durability: Durability, operations: BlockingFileOperations) {
    this.#files = files.map((file, index) => ({ index, file, fd: undefined }));
    this.#durability = durability;
    this.#operations = operations;
  }

  /** Here, where nobody else waits for the lock of the directory. */
  look(): void {
    this.#each('look', ({ file: { path, placing } }) => {
      if (placing !== 'replace' && this.#operations.exists(path))
        throw Object.assign(new Error(`EEXIST: file already exists, '${path}'`), { code: 'EEXIST' });
    });
  }

  write(contents: Uint8Array): void {
    const { open, write } = this.#operations;
    this.#each('open', (one) => {
      one.fd = open(one.file.tempPath, one.file.mode);
    });
    this.#each('write', ({ fd = -1, file: { offset, length } }) => {
      writeAllSync(fd, contents.subarray(offset, offset + length), write);
    });
  }

  syncAndClose(): void {
    const { sync, close } = this.#operations;
    if (this.#durability !== 'none') this.#each('sync', ({ fd = -1 }) => sync(fd));
    this.#each('close', (one) => {
      const { fd = -1 } = one;
      one.fd = undefined;
      close(fd);
    });
  }

  rename(): void {
    const { rename, link, unlink } = this.#operations;
    this.#each('rename', ({ file: { path, tempPath, placing } }) => {
      if (placing !== 'exclusive') {
        rename(tempPath, path);
        return;
      }
      // A rename would replace what is there; a link fails. If the second name stays, it bears our mark, and a sweep removes it.
      link(tempPath, path);
      attempt(() => unlink(tempPath));
    });
  }

  syncDirectories(): void {
    for (const [directory, indexes] of Map.groupBy(this.#files, ({ file }) => dirname(file.path))) {
      try {
        this.#operations.syncDirectory(directory);
      } catch (error) {
        for (const { index } of indexes) this.#note(index, 'sync-directory', error);
      }
    }
  }

  /** Does one step for all files that got so far; one that fails ends there, and its temp file is removed. */
  #each(step: GroupStep, work: (one: OpenFile) => void): void {
    this.#files = this.#files.filter((one) => {
      try {
        work(one);
        return true;
      } catch (error) {
        this.#note(one.index, step, error);
        if (step !== 'look' && step !== 'open') this.#discard(one);
        return false;
      }
    });
  }

  #note(index: number, step: GroupStep, error: unknown): void {
    this.faults.push({ index, step, error: toPlainError(error) });
  }

  /** The first error is the one that explains; what it leaves behind bears our mark, and a sweep removes it. */
  #discard({ fd, file }: OpenFile): void {
    if (fd !== undefined) attempt(() => this.#operations.close(fd));
    attempt(() => this.#operations.unlink(file.tempPath));
  }
}

function attempt(call: () => void): void {
  try {
    call();
  } catch {
    // Said above, for each of them.
  }
}
