import type { FileOperations } from './file-operations.ts';
import { FileCloseFailedError, FileSyncFailedError } from './write-errors.ts';

/** The descriptor of a file that is being made: closed once, also when that fails. Its errors name the file that it will be. */
export class OwnedDescriptor {
  readonly #path: string;
  readonly #operations: Pick<FileOperations, 'sync' | 'close'>;
  #fd: number | undefined;

  constructor(path: string, fd: number, operations: Pick<FileOperations, 'sync' | 'close'>) {
    this.#path = path;
    this.#fd = fd;
    this.#operations = operations;
  }

  /** @throws TypeError once a close was begun. */
  get fd(): number {
    if (this.#fd === undefined) throw new TypeError(`the file for ${this.#path} has ended`);
    return this.#fd;
  }

  /** @throws FileSyncFailedError */
  async sync(): Promise<void> {
    try {
      await this.#operations.sync(this.fd);
    } catch (error) {
      throw new FileSyncFailedError(this.#path, error);
    }
  }

  /** @throws FileCloseFailedError; TypeError once a close was begun. */
  async close(): Promise<void> {
    const fd = this.fd;
    this.#fd = undefined;
    try {
      await this.#operations.close(fd);
    } catch (error) {
      throw new FileCloseFailedError(this.#path, error);
    }
  }

  /** Closes what is still open, for a file that is given up or put down. @throws The system's error. */
  async release(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) await this.#operations.close(fd);
  }
}
