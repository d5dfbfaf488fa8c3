// Runs in a thread of its own: see threaded-scanner.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { createBlockVerifier, openSharedCarStore } from '@waybill/car';
import { ChunkScanner } from './chunk-scanner.ts';
import { OrdinalBits } from './ordinal-bits.ts';
import { CHUNK_BYTES } from './chunks.ts';
import type { ChunkAnswer, ChunkRequest, ScanThreadData } from './threaded-scanner.ts';

const { shared, bits, takesCbor, verify } = workerData as ScanThreadData;
const store = openSharedCarStore(shared);
const verifier = verify ? await createBlockVerifier() : undefined;
const scanner = new ChunkScanner({ store, bits: new OrdinalBits(bits), takesCbor, verifier });

parentPort?.on('message', ({ chunk, ordinals, sizeBytes, memory }: ChunkRequest) => {
  const frames = fitting(memory, sizeBytes);
  let used = 0;
  const take = (bytes: Uint8Array, start: number, end: number): void => {
    frames.set(bytes.subarray(start, end), used);
    used += end - start;
  };
  try {
    scanner.scan(ordinals, 0, ordinals.length, take);
    const answer: ChunkAnswer = { chunk, frames, next: scanner.takeNext(), missing: scanner.takeMissing() };
    parentPort?.postMessage(answer, [frames.buffer, answer.next.buffer]);
  } catch {
    // What it is, with class and fields, is found out by whoever reads the chunk again.
    scanner.takeMissing();
    parentPort?.postMessage({ chunk, frames: undefined, next: scanner.takeNext(), missing: [] } satisfies ChunkAnswer);
  }
});

/** A single frame may be larger than a chunk usually is. */
function fitting(memory: ArrayBuffer | undefined, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const usable =
    memory !== undefined && memory.byteLength >= sizeBytes ? memory : new ArrayBuffer(Math.max(sizeBytes, CHUNK_BYTES));
  return new Uint8Array(usable, 0, sizeBytes);
}
