import type { AbortOptions } from '@waybill/common';
import { type BlendHeader, decodeHeader, LONGEST_HEADER_BYTES } from '../format/header.ts';
import type { Dna } from '../format/dna.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { BlockIndex } from './block-index.ts';
import { BlockScanner } from './block-scanner.ts';
import type { BlockVisitor } from './block-visitor.ts';
import { guessDna, readDna, type ReadDnaOptions } from './read-dna.ts';
import { visitBlocks } from './visit-blocks.ts';

export interface IndexOptions extends ReadDnaOptions {
  visitor?: ((dna: Dna, header: BlendHeader) => BlockVisitor) | undefined;
  maxBlocks?: number | undefined;
}

/** A content with everything that is known of it. */
export interface IndexedContent {
  readonly content: ByteSource;
  readonly header: BlendHeader;
  readonly blocks: BlockIndex;
  readonly dna: Dna;
}

/**
 * Makes the index of a content that can be read from anywhere. A visitor needs the structs before the first block, and
 * the SDNA stands at the end: it is looked for there. Where it is not found so, the visitor has its pass afterwards.
 */
export async function indexContent(content: ByteSource, file: string, options: IndexOptions): Promise<IndexedContent> {
  const { visitor: createVisitor, maxBlocks } = options;
  const { sizeBytes } = content;
  const header = decodeHeader(await content.read(0, Math.min(LONGEST_HEADER_BYTES, sizeBytes), options), file);
  const guess = createVisitor === undefined ? undefined : await guessDna(content, header, file, options);
  const visitor = guess && createVisitor?.(guess.dna, header);
  const scanner = new BlockScanner({ header, file, sizeBytes, visitor, maxBlocks });
  await scanContent(content, scanner, options);
  const blocks = scanner.finish();
  const dna = await readDna(content, header, blocks, file, { ...options, guess });
  if (visitor === undefined && createVisitor !== undefined) {
    await visitBlocks(content, blocks, createVisitor(dna, header), options);
  }
  return { content, header, blocks, dna };
}

async function scanContent(content: ByteSource, scanner: BlockScanner, options: AbortOptions): Promise<void> {
  while (!scanner.done) {
    const offset = scanner.position;
    const window = await content.window(offset, options);
    if (window.length === 0) return;
    scanner.feed(window, offset);
  }
}
