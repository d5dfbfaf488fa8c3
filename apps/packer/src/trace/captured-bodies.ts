import type { BlockVisitor, Dna } from '@waybill/blendfile';
import { BlockSet } from './block-set.ts';
import { isWorthReading } from './rules/id-property-rule.ts';

/** Of bodies that are kept. What comes after is read again when it is needed. */
const MOST_KEPT_BYTES = 24 * 1024 * 1024;

/**
 * Keeps the bodies of those blocks that will be read, while a file is indexed: a compressed one is then decompressed once. Blocks
 * of these structs only; a plain file is read where it is needed, and wants none of this.
 *
 * Custom properties are as many as objects, and next to none names a file: they are judged while they come by, and let go.
 */
export class CapturedBodies {
  readonly #bodies = new Map<number, Uint8Array>();
  readonly #dismissed = new BlockSet();
  #keptBytes = 0;

  get(block: number): Uint8Array | undefined {
    return this.#bodies.get(block);
  }

  /** Whether it was seen that no rule finds anything in the block. */
  isDismissed(block: number): boolean {
    return this.#dismissed.has(block);
  }

  visitor(dna: Dna, isWanted: (struct: string) => boolean): BlockVisitor {
    const sizes: number[] = [];
    const property = dna.findStruct('IDProperty');
    let isProperty = false;
    return {
      wants: (_code, sdnaIndex, lengthBytes) => {
        const size = (sizes[sdnaIndex] ??= wantedSize(dna, sdnaIndex, isWanted));
        // Bytes without a struct have index 0, and where they are texts they are read later.
        if (sdnaIndex === 0 || size === 0 || this.#keptBytes + lengthBytes > MOST_KEPT_BYTES) return 0;
        isProperty = sdnaIndex === property?.index;
        return size;
      },
      visit: (block, part, partOffset) => {
        if (isProperty && property !== undefined && !isWorthReading(part, property)) this.#dismiss(block, partOffset);
        else this.#keep(block, part, partOffset);
      },
    };
  }

  /** Of a block in several parts all have to be of no use. */
  #dismiss(block: number, partOffset: number): void {
    if (partOffset === 0) this.#dismissed.add(block);
  }

  #keep(block: number, part: Uint8Array, partOffset: number): void {
    this.#dismissed.delete(block);
    const before = partOffset === 0 ? new Uint8Array(0) : this.#bodies.get(block);
    // A part before this one was let go: the block is read again.
    if (before?.length !== partOffset) return;
    this.#keptBytes += part.length;
    this.#bodies.set(block, partOffset === 0 ? Uint8Array.from(part) : Buffer.concat([before, part]));
  }
}

function wantedSize(dna: Dna, sdnaIndex: number, isWanted: (struct: string) => boolean): number {
  const struct = dna.structAt(sdnaIndex);
  return struct !== undefined && isWanted(struct.name) ? struct.sizeBytes : 0;
}
