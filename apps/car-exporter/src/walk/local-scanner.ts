import type { CarIndex } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { ChunkScanner, type ChunkScannerInit, type MissingLink } from './chunk-scanner.ts';
import { CHUNK_BYTES, chunksOf } from './chunks.ts';
import type { FrameOutput, GenerationScanner, ScannedGeneration } from './generation-scanner.ts';
import { OrdinalList } from './ordinal-list.ts';

/** Scans in this thread; frames go from the read buffer to the output without a copy between. */
export class LocalScanner implements GenerationScanner {
  readonly #index: CarIndex;
  readonly #scanner: ChunkScanner;

  constructor(init: ChunkScannerInit) {
    this.#index = init.store.index;
    this.#scanner = new ChunkScanner(init);
  }

  async scan(ordinals: Uint32Array, output: FrameOutput, { signal }: AbortOptions = {}): Promise<ScannedGeneration> {
    const next = new OrdinalList();
    const missing: MissingLink[] = [];
    const take = (bytes: Uint8Array, start: number, end: number): void => output.frame(bytes, start, end);
    for (const { from, to } of chunksOf(this.#index, ordinals, CHUNK_BYTES)) {
      signal?.throwIfAborted();
      this.#scanner.scan(ordinals, from, to, take);
      next.append(this.#scanner.takeNext());
      missing.push(...this.#scanner.takeMissing());
      await output.settle();
    }
    return { next: next.take(), missing };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is held: the store belongs to who opened it.
  }
}
