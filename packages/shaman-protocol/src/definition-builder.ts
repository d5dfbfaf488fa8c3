import { CollisionCheck } from './collision-check.ts';
import { isDigestHex } from './digest-hex.ts';
import { DEFAULT_MAX_FILES } from './limits.ts';
import type { DefinitionLimits } from './limits.ts';
import { findPathProblem } from './path-problem.ts';
import {
  DefinitionInvalidError,
  DefinitionTooLargeError,
  FilePathInvalidError,
  PathCollisionError,
} from './protocol-errors.ts';
import type { ShamanFile } from './shaman-file.ts';

/** Puts a definition together, file by file; each is checked as it comes. */
export class DefinitionBuilder {
  readonly files: ShamanFile[] = [];
  readonly #maxFiles: number;
  readonly #collisions: CollisionCheck | undefined;

  constructor({ maxFiles = DEFAULT_MAX_FILES, refuseCollisions = true }: DefinitionLimits) {
    this.#maxFiles = maxFiles;
    this.#collisions = refuseCollisions ? new CollisionCheck() : undefined;
  }

  /** Throws DefinitionInvalidError (its cause: FilePathInvalidError or PathCollisionError), DefinitionTooLargeError. */
  add(sha: string, sizeBytes: number, path: string): void {
    const { files } = this;
    if (files.length >= this.#maxFiles) throw new DefinitionTooLargeError(this.#maxFiles, 'files');
    const line = files.length + 1;
    if (!isDigestHex(sha)) throw new DefinitionInvalidError(line, 'the checksum is not 64 lower-case hex digits');
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
      throw new DefinitionInvalidError(line, 'the size is not a whole number');
    const problem = findPathProblem(path);
    if (problem !== undefined) throw invalidPath(line, new FilePathInvalidError(path, problem));
    this.#checkCollision(line, path);
    files.push({ sha, sizeBytes, path });
  }

  #checkCollision(line: number, path: string): void {
    try {
      this.#collisions?.add(path);
    } catch (error) {
      throw error instanceof PathCollisionError ? invalidPath(line, error) : error;
    }
  }
}

function invalidPath(line: number, error: FilePathInvalidError | PathCollisionError): DefinitionInvalidError {
  return new DefinitionInvalidError(line, error.message, error);
}
