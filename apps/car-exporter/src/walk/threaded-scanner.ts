import { Worker } from 'node:worker_threads';
import { type BlockVerifier, CarError, type CarStore, type SharedCarStore } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { ChunkScanner, type ChunkScannerInit, type MissingLink } from './chunk-scanner.ts';
import { type Chunk, CHUNK_BYTES, chunksOf } from './chunks.ts';
import { framesMatch } from './frames-match.ts';
import type { Generation } from './generation.ts';
import type { FrameOutput, GenerationScanner } from './generation-scanner.ts';

export interface ScanThreadData {
  readonly shared: SharedCarStore;
  readonly bits: SharedArrayBuffer;
  readonly takesCbor: boolean;
  readonly verify: boolean;
}

export interface ChunkRequest {
  readonly chunk: number;
  readonly ordinals: Uint32Array;
  readonly sizeBytes: number;
  /** Memory of an earlier answer, to be used again: new memory has to be filled with zeros. */
  readonly memory: ArrayBuffer | undefined;
}

export interface ChunkAnswer {
  readonly chunk: number;
  /** One after the other; undefined where the chunk could not be read. */
  readonly frames: Uint8Array<ArrayBuffer> | undefined;
  readonly next: Uint32Array<ArrayBuffer>;
  readonly missing: readonly MissingLink[];
}

export interface ThreadedScannerInit extends ChunkScannerInit {
  /** A single one leaves the comparing of hashes to the thread that puts frames in order, which has little else to do then. */
  readonly threads: number;
}

/** For each thread: one that it works on, and others that wait, so that it never does. */
const CHUNKS_AHEAD = 3;

/** The file beside this one: TypeScript from source, JavaScript when built. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './scan-worker.ts' : './scan-worker.js', import.meta.url);

interface PendingChunk extends Chunk {
  readonly answered: PromiseWithResolvers<ChunkAnswer>;
}

/** Scans in threads of its own; this one puts their frames in order. */
export class ThreadedScanner implements GenerationScanner {
  readonly #store: CarStore;
  readonly #here: ChunkScanner;
  /** Of what the threads do not compare. */
  readonly #verifier: BlockVerifier | undefined;
  readonly #workers: readonly Worker[];
  readonly #pending = new Map<number, PendingChunk>();
  readonly #memory: ArrayBuffer[] = [];
  #chunk = 0;
  #failure: Error | undefined;

  constructor(init: ThreadedScannerInit) {
    this.#store = init.store;
    this.#here = new ChunkScanner(init);
    this.#verifier = init.threads === 1 ? init.verifier : undefined;
    const workerData: ScanThreadData = {
      shared: init.store.shared,
      bits: init.bits.shared,
      takesCbor: init.takesCbor,
      verify: init.verifier !== undefined && this.#verifier === undefined,
    };
    this.#workers = Array.from({ length: init.threads }, () => this.#start(workerData));
  }

  async scan(generation: Generation, output: FrameOutput, { signal }: AbortOptions = {}): Promise<void> {
    const { ordinals } = generation;
    const ahead: PendingChunk[] = [];
    const chunks = chunksOf(this.#store.index, ordinals, CHUNK_BYTES);
    const most = CHUNKS_AHEAD * this.#workers.length;
    for (;;) {
      signal?.throwIfAborted();
      while (ahead.length < most) {
        const chunk = chunks.next();
        if (chunk.done === true) break;
        ahead.push(this.#send(ordinals, chunk.value));
      }
      const oldest = ahead.shift();
      if (oldest === undefined) return;
      await this.#write(generation, oldest, await oldest.answered.promise, output);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #write(
    generation: Generation,
    { from, to }: Chunk,
    { frames, next, missing }: ChunkAnswer,
    output: FrameOutput,
  ): Promise<void> {
    // Read here once more, it fails with the error itself; or not, if what was in the way has gone.
    if (frames === undefined || !this.#isWhole(frames)) throw this.#failureOf(generation.ordinals, from, to);
    generation.next.append(next);
    generation.missing.push(...missing);
    generation.done = to;
    output.row(frames, 0, frames.length, to - from);
    await output.settle();
    this.#memory.push(frames.buffer);
  }

  #isWhole(frames: Uint8Array): boolean {
    if (this.#verifier === undefined) return true;
    try {
      return framesMatch(frames, this.#verifier);
    } catch (error) {
      // A hash that nobody knows: the same error with file and offset comes from reading it again.
      if (error instanceof CarError) return false;
      throw error;
    }
  }

  #failureOf(ordinals: Uint32Array, from: number, to: number): unknown {
    try {
      this.#here.scan(ordinals, from, to, () => undefined);
      return new Error('a thread could not read what this one can');
    } catch (error) {
      return error;
    }
  }

  #send(ordinals: Uint32Array, chunk: Chunk): PendingChunk {
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#chunk;
    this.#chunk += 1;
    const pending = { ...chunk, answered: Promise.withResolvers<ChunkAnswer>() };
    this.#pending.set(id, pending);
    const slice = ordinals.slice(chunk.from, chunk.to);
    const memory = this.#memory.pop();
    const request: ChunkRequest = { chunk: id, ordinals: slice, sizeBytes: chunk.sizeBytes, memory };
    const moved = memory === undefined ? [slice.buffer] : [slice.buffer, memory];
    this.#workers[id % this.#workers.length]?.postMessage(request, moved);
    return pending;
  }

  #start(workerData: ScanThreadData): Worker {
    const worker = new Worker(WORKER, { workerData, name: 'waybill-scan' });
    worker.on('message', (answer: ChunkAnswer) => {
      this.#pending.get(answer.chunk)?.answered.resolve(answer);
      this.#pending.delete(answer.chunk);
    });
    worker.on('error', (error: Error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error('a scanning thread has ended')));
    return worker;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { answered } of this.#pending.values()) {
      // Whoever does not wait for it any more has failed for another reason.
      answered.promise.catch(() => undefined);
      answered.reject(error);
    }
    this.#pending.clear();
  }
}
