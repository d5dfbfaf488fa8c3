import type { BlockCodeWord } from '../format/block-code.ts';

/**
 * Sees file-blocks while the index is made, when their bytes are at hand anyway: whoever needs something from most
 * blocks of a compressed file saves decompressing it a second time.
 */
export interface BlockVisitor {
  /**
   * Called once for each file-block before its body; MUST be quick.
   * @returns how many bytes of the body belong together (the size of its struct; 1 for bytes without one), or 0 to pass over it.
   */
  wants(code: BlockCodeWord, sdnaIndex: number, lengthBytes: number, count: number): number;
  /**
   * Called with the body, in one or more parts that hold whole units; a rest that is no whole unit is left out.
   * MUST neither change `part` nor keep it: it is used again.
   * @param partOffset In bytes from the start of the body.
   */
  visit(block: number, part: Uint8Array, partOffset: number): void;
}
