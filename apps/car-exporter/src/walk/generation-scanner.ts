import type { AbortOptions } from '@waybill/common';
import type { Generation } from './generation.ts';

/** Where the frames of an export go, in their order. */
export interface FrameOutput {
  frame(bytes: Uint8Array, start: number, end: number): void;
  /** `count` frames, one after the other. */
  row(bytes: Uint8Array, start: number, end: number, count: number): void;
  /** Called between frames; waits while the target is slower than the source. */
  settle(): Promise<void>;
}

/**
 * Reads all frames of one generation of blocks, gives them to the output in the order of its ordinals, and collects what they link
 * to. With one thread or with several: the output is the same.
 */
export interface GenerationScanner extends AsyncDisposable {
  /** Brings `generation` up to date before each call of `settle`. */
  scan(generation: Generation, output: FrameOutput, options?: AbortOptions): Promise<void>;
}
