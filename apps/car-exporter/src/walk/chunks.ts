import type { CarIndex } from '@waybill/car';

/** A part of a generation: `ordinals[from…to)`, whose frames are `sizeBytes` in all. */
export interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly sizeBytes: number;
}

/** Some milliseconds of work: an abort waits no longer, and threads have enough to do between two messages. */
export const CHUNK_BYTES = 1024 * 1024;

/** Cuts sorted ordinals where their frames pass `chunkBytes`; each chunk has one frame at least. */
export function* chunksOf(index: CarIndex, ordinals: Uint32Array, chunkBytes: number): Generator<Chunk> {
  let from = 0;
  let sizeBytes = 0;
  for (let at = 0; at < ordinals.length; at += 1) {
    const length = index.frameLength(ordinals[at] ?? 0);
    if (at > from && sizeBytes + length > chunkBytes) {
      yield { from, to: at, sizeBytes };
      from = at;
      sizeBytes = 0;
    }
    sizeBytes += length;
  }
  if (from < ordinals.length) yield { from, to: ordinals.length, sizeBytes };
}
