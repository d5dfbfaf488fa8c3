import { type BlendHeader, decodeHeader, LONGEST_HEADER_BYTES } from '../format/header.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { decompressedChunks } from '../source/decompressed-chunks.ts';
import { spool, type SpoolOptions } from '../source/spool.ts';
import { BlockScanner } from './block-scanner.ts';
import type { IndexedContent, IndexOptions } from './index-content.ts';
import { readDna } from './read-dna.ts';
import { visitBlocks } from './visit-blocks.ts';

export interface IndexStreamOptions extends IndexOptions, SpoolOptions {}

/**
 * Decompresses a file without random access once, and makes the index on the way: what is no .blend file fails at the
 * first block that says so, and does not fill the disk before.
 */
export async function indexStream(
  stored: ByteSource,
  compression: 'gzip' | 'zstd',
  file: string,
  options: IndexStreamOptions,
): Promise<IndexedContent> {
  const intake = new StreamIntake(file, options.maxBlocks);
  const chunks = decompressedChunks(stored, compression, file, options);
  const content = await spool(chunks, file, (chunk, offset) => intake.feed(chunk, offset), options);
  try {
    const { header, scanner } = intake.end();
    const blocks = scanner.finish(content.sizeBytes);
    const dna = await readDna(content, header, blocks, file, options);
    if (options.visitor !== undefined) await visitBlocks(content, blocks, options.visitor(dna, header), options);
    return { content, header, blocks, dna };
  } catch (error) {
    await content[Symbol.asyncDispose]();
    throw error;
  }
}

interface Started {
  readonly header: BlendHeader;
  readonly scanner: BlockScanner;
}

/** Waits for a whole header, then hands everything on to a scanner. */
class StreamIntake {
  readonly #file: string;
  readonly #maxBlocks: number | undefined;
  #head: Uint8Array = new Uint8Array(0);
  #started: Started | undefined;

  constructor(file: string, maxBlocks: number | undefined) {
    this.#file = file;
    this.#maxBlocks = maxBlocks;
  }

  feed(chunk: Uint8Array, offset: number): void {
    if (this.#started !== undefined) {
      this.#started.scanner.feed(chunk, offset);
      return;
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= LONGEST_HEADER_BYTES) this.#start();
  }

  /** @throws what {@link decodeHeader} does with a content that is shorter than a header */
  end(): Started {
    return this.#started ?? this.#start();
  }

  #start(): Started {
    const header = decodeHeader(this.#head, this.#file);
    const scanner = new BlockScanner({ header, file: this.#file, maxBlocks: this.#maxBlocks });
    this.#started = { header, scanner };
    scanner.feed(this.#head, 0);
    return this.#started;
  }
}
