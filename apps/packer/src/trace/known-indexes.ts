import type { BlendFile, BlendIndex } from '@waybill/blendfile';

/** In all files: some 30 MB. */
const MOST_BLOCKS = 1_000_000;

/**
 * What was found in files that were traced, for when they are rewritten: of a compressed file that spares to decompress all of it
 * once more. Kept by identity, which changes with the content; those of longest ago go first.
 */
export class KnownIndexes {
  readonly #mostBlocks: number;
  readonly #indexes = new Map<string, BlendIndex>();
  #blocks = 0;

  constructor(mostBlocks = MOST_BLOCKS) {
    this.#mostBlocks = mostBlocks;
  }

  /** @param identity `dev:ino:size:mtimeNs:ctimeNs`, from before the file was opened: whoever uses it looks whether it still holds. */
  set(identity: string, { header, dna, blocks }: BlendFile): void {
    if (this.#indexes.has(identity) || blocks.length > this.#mostBlocks) return;
    this.#indexes.set(identity, { header, dna, blocks });
    this.#blocks += blocks.length;
    for (const [oldest, index] of this.#indexes) {
      if (this.#blocks <= this.#mostBlocks) break;
      this.#indexes.delete(oldest);
      this.#blocks -= index.blocks.length;
    }
  }

  get(identity: string): BlendIndex | undefined {
    return this.#indexes.get(identity);
  }
}

/** The one of the process: a file is traced in one call, and packed in another one. */
export const knownIndexes = new KnownIndexes();
