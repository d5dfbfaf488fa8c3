import type { AbortOptions } from '@waybill/common';
import type { ByteSource } from '../source/byte-source.ts';
import type { BlockIndex } from './block-index.ts';
import type { BlockVisitor } from './block-visitor.ts';
import { BodyParts } from './body-parts.ts';

/** Shows all blocks but `ENDB` to a visitor that could not see them while the index was made. */
export async function visitBlocks(
  content: ByteSource,
  blocks: BlockIndex,
  visitor: BlockVisitor,
  options: AbortOptions,
): Promise<void> {
  const parts = new BodyParts(visitor);
  let window: Uint8Array = new Uint8Array(0);
  let windowOffset = 0;
  for (let block = 0; block < blocks.length - 1; block += 1) {
    const length = blocks.bodyLength(block);
    const unitBytes = visitor.wants(blocks.codeWord(block), blocks.sdnaIndex(block), length, blocks.count(block));
    if (unitBytes === 0) continue;
    parts.begin(block, unitBytes, length);
    for (let at = blocks.bodyOffset(block); parts.leftBytes > 0;) {
      if (at >= windowOffset + window.length) window = await content.window((windowOffset = at), options);
      at += parts.feed(window, at - windowOffset);
    }
  }
}
