import { Worker } from 'node:worker_threads';
import type { Durability } from './durability.ts';
import type { GroupFault } from './group-fault.ts';
import type { GroupFile } from './write-group.ts';

/** What the thread gets with each group; the contents are in the shared memory. */
export interface Group {
  readonly files: readonly GroupFile[];
  readonly durability: Durability;
}

export interface GroupThreadData {
  /** Shared memory: of it, only what the files of the group at hand name is of meaning. */
  readonly contents: Uint8Array;
}

/** From sources the thread runs from sources, too: its condition has to be named, for a test runner has its own ways. */
const isSource = import.meta.url.endsWith('.ts');
const SCRIPT = new URL(isSource ? './group-thread.ts' : './group-thread.js', import.meta.url);

/** A thread that writes one group at a time. It keeps the process alive only while it does. */
export class GroupThread {
  /** To be filled before a group is written, and left alone until that has ended. */
  readonly contents: Uint8Array;
  readonly #worker: Worker;
  #pending: PromiseWithResolvers<GroupFault[]> | undefined;
  #failure: Error | undefined;

  constructor(capacityBytes: number) {
    this.contents = new Uint8Array(new SharedArrayBuffer(capacityBytes));
    const workerData: GroupThreadData = { contents: this.contents };
    this.#worker = new Worker(SCRIPT, {
      workerData,
      ...(isSource && { execArgv: ['--conditions=@waybill/source'] }),
    });
    this.#worker.on('message', (faults: GroupFault[]) => this.#settle()?.resolve(faults));
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`the writing thread ended with ${code}`)));
    this.#worker.unref();
  }

  /** Whether it has ended by itself: then it is of no more use. */
  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves to what failed, when all the rest is as durable as asked for. MUST not be called again before that. */
  write(group: Group): Promise<GroupFault[]> {
    const pending = Promise.withResolvers<GroupFault[]>();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#pending = pending;
    this.#worker.ref();
    this.#worker.postMessage(group);
    return pending.promise;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(): PromiseWithResolvers<GroupFault[]> | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#worker.unref();
    return pending;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#settle()?.reject(error);
  }
}
