import type { AbortOptions } from '@waybill/common';
import type { MissingLink } from './chunk-scanner.ts';

/** Where the frames of an export go, in their order. */
export interface FrameOutput {
  frame(bytes: Uint8Array, start: number, end: number): void;
  /** `count` frames, one after the other. */
  row(bytes: Uint8Array, start: number, end: number, count: number): void;
  /** Called between frames; waits while the target is slower than the source. */
  settle(): Promise<void>;
}

/** What one generation leads to. */
export interface ScannedGeneration {
  /** The next one, not sorted. */
  readonly next: Uint32Array;
  /** By the order of the frames that have the links. */
  readonly missing: readonly MissingLink[];
}

/**
 * Reads all frames of one generation of blocks, gives them to the output in the order of `ordinals`, and collects what they link
 * to. With one thread or with several: the output is the same.
 */
export interface GenerationScanner extends AsyncDisposable {
  scan(ordinals: Uint32Array, output: FrameOutput, options?: AbortOptions): Promise<ScannedGeneration>;
}
