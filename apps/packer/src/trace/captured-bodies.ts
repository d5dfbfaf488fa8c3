import type { BlockVisitor, Dna } from '@waybill/blendfile';

/** Of bodies that are kept. What comes after is read again when it is needed. */
const MOST_KEPT_BYTES = 24 * 1024 * 1024;

/**
 * Keeps the bodies of those blocks that will be read, while a file is indexed: a compressed one is then decompressed once. Blocks
 * of these structs only; a plain file is read where it is needed, and wants none of this.
 */
export class CapturedBodies {
  readonly #bodies = new Map<number, Uint8Array>();
  #keptBytes = 0;

  get(block: number): Uint8Array | undefined {
    return this.#bodies.get(block);
  }

  visitor(dna: Dna, isWanted: (struct: string) => boolean): BlockVisitor {
    const sizes: number[] = [];
    return {
      wants: (_code, sdnaIndex, lengthBytes) => {
        const size = (sizes[sdnaIndex] ??= wantedSize(dna, sdnaIndex, isWanted));
        // Bytes without a struct have index 0, and where they are texts they are read later.
        if (sdnaIndex === 0 || size === 0 || this.#keptBytes + lengthBytes > MOST_KEPT_BYTES) return 0;
        return size;
      },
      visit: (block, part, partOffset) => {
        this.#keptBytes += part.length;
        const before = partOffset === 0 ? undefined : this.#bodies.get(block);
        this.#bodies.set(block, before === undefined ? Uint8Array.from(part) : Buffer.concat([before, part]));
      },
    };
  }
}

function wantedSize(dna: Dna, sdnaIndex: number, isWanted: (struct: string) => boolean): number {
  const struct = dna.structAt(sdnaIndex);
  return struct !== undefined && isWanted(struct.name) ? struct.sizeBytes : 0;
}
