import { Worker } from 'node:worker_threads';
import { Fifo } from '@waybill/common';

/** One step of hashing one of several contents. */
export interface HashThreadRequest {
  readonly content: number;
  /** Bytes in shared memory are hashed; `finish` gives the digest; `drop` forgets the content. */
  readonly step: Uint8Array | 'finish' | 'drop';
}

/** One for each request, in their order; the digest's bytes for `finish`. */
export type HashThreadAnswer = Uint8Array | null;

/** From sources the thread runs from sources, too: its condition has to be named, for a test runner has its own ways. */
const isSource = import.meta.url.endsWith('.ts');
const SCRIPT = new URL(isSource ? './hash-thread-worker.ts' : './hash-thread-worker.js', import.meta.url);

/** It holds hashes and the messages under way: with V8's defaults, its heap would grow to tens of megabytes first. */
const MEMORY = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 };

/** A thread that hashes contents, each in the order of its calls. It keeps the process alive only while it does. */
export class HashThread {
  /** How many contents it hashes now; kept by its users. */
  load = 0;
  readonly #worker: Worker;
  readonly #pending = new Fifo<PromiseWithResolvers<HashThreadAnswer>>();
  #failure: Error | undefined;

  constructor() {
    this.#worker = new Worker(SCRIPT, {
      resourceLimits: MEMORY,
      ...(isSource && { execArgv: ['--conditions=@waybill/source'] }),
    });
    this.#worker.on('message', (answer: HashThreadAnswer) => this.#next()?.resolve(answer));
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`the hashing thread ended with ${code}`)));
    this.#worker.unref();
  }

  /** Whether it has ended: then it is of no more use. */
  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  ask(request: HashThreadRequest): Promise<HashThreadAnswer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#pending.size === 0) this.#worker.ref();
    const answered = Promise.withResolvers<HashThreadAnswer>();
    this.#pending.push(answered);
    this.#worker.postMessage(request);
    return answered.promise;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #next(): PromiseWithResolvers<HashThreadAnswer> | undefined {
    const next = this.#pending.shift();
    if (this.#pending.size === 0) this.#worker.unref();
    return next;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    while (this.#pending.size > 0) this.#next()?.reject(this.#failure);
  }
}
