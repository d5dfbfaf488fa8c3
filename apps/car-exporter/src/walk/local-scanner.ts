import type { CarIndex } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { ChunkScanner, type ChunkScannerInit } from './chunk-scanner.ts';
import { CHUNK_BYTES, chunksOf } from './chunks.ts';
import type { Generation } from './generation.ts';
import type { FrameOutput, GenerationScanner } from './generation-scanner.ts';

/** Scans in this thread; frames go from the read buffer to the output without a copy between. */
export class LocalScanner implements GenerationScanner {
  readonly #index: CarIndex;
  readonly #scanner: ChunkScanner;

  constructor(init: ChunkScannerInit) {
    this.#index = init.store.index;
    this.#scanner = new ChunkScanner(init);
  }

  async scan(generation: Generation, output: FrameOutput, { signal }: AbortOptions = {}): Promise<void> {
    const { ordinals, next, missing } = generation;
    const take = (bytes: Uint8Array, start: number, end: number): void => output.frame(bytes, start, end);
    for (const { from, to } of chunksOf(this.#index, ordinals, CHUNK_BYTES)) {
      signal?.throwIfAborted();
      this.#scanner.scan(ordinals, from, to, take);
      next.append(this.#scanner.takeNext());
      missing.push(...this.#scanner.takeMissing());
      generation.done = to;
      await output.settle();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is held: the store belongs to who opened it.
  }
}
