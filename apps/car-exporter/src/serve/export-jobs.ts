import { randomUUID } from 'node:crypto';
import { type AbortOptions, WaybillError } from '@waybill/common';
import type { SnapshotRange } from '../output/output-path.ts';
import type { WalkPhase, WalkStatus } from '../walk/walk-car.ts';
import { ExportBusyError, ExportCancelledError } from './rpc-errors.ts';

export type ExportState = 'running' | 'done' | 'failed' | 'cancelled';

/** What is known about an export, while it runs and after. */
export interface ExportJob extends SnapshotRange {
  readonly id: string;
  readonly state: ExportState;
  /** The final name; while it runs, nothing is there. */
  readonly path: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly phase: WalkPhase;
  readonly blocks: number;
  readonly bytes: number;
  /** Of the header that was read last. */
  readonly epoch: number;
  readonly missingReceipts: number | null;
  readonly sha256: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What an export tells at its end. */
export interface JobResult {
  readonly sizeBytes: number;
  readonly blockCount: number;
  readonly missingReceipts: number;
  readonly sha256?: string | undefined;
}

export interface JobInit extends SnapshotRange {
  readonly path: string;
  readonly work: (onStatus: (status: WalkStatus) => void, options: AbortOptions) => Promise<JobResult>;
}

export interface ExportJobsInit {
  /** Told after each change of the state. */
  readonly onChange?: ((job: ExportJob) => void) | undefined;
}

/** Exports one at a time, and remembers the last one. */
export class ExportJobs {
  readonly #onChange: ExportJobsInit['onChange'];
  #last: ExportJob | undefined;
  #controller: AbortController | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor({ onChange }: ExportJobsInit = {}) {
    this.#onChange = onChange;
  }

  /** The one that runs, or ended last. */
  get last(): ExportJob | undefined {
    return this.#last;
  }

  /** @throws ExportBusyError where one is running. */
  assertIdle(): void {
    if (this.#last?.state === 'running') throw new ExportBusyError(this.#last.id);
  }

  /**
   * Begins an export; `done` settles with it.
   * @throws ExportBusyError. `done` rejects with ExportCancelledError and what `work` throws.
   */
  start({ work, path, tailHeight, headHeight }: JobInit): { id: string; done: Promise<ExportJob> } {
    this.assertIdle();
    const controller = new AbortController();
    const id = randomUUID();
    this.#controller = controller;
    this.#last = {
      ...{ id, state: 'running', path, tailHeight, headHeight, startedAt: new Date().toISOString(), endedAt: null },
      ...{ phase: 'headers', blocks: 0, bytes: 0, epoch: headHeight, missingReceipts: null, sha256: null, error: null },
    };
    this.#onChange?.(this.#last);
    const done = this.#run(work, controller.signal);
    this.#ended = done.catch(() => undefined);
    return { id, done };
  }

  /** Ends the export that runs, if it is that one, or whichever it is. False where nothing runs. Resolves when it has ended. */
  async cancel(reason: string, id = this.#last?.id): Promise<boolean> {
    if (this.#last?.state !== 'running' || this.#last.id !== id) return false;
    this.#controller?.abort(new ExportCancelledError(reason));
    await this.#ended;
    return true;
  }

  async #run(work: JobInit['work'], signal: AbortSignal): Promise<ExportJob> {
    const onStatus = ({ phase, blockCount, sizeBytes, epoch }: WalkStatus): void => {
      this.#change({ phase, epoch, blocks: blockCount, bytes: sizeBytes });
    };
    try {
      const { blockCount, sizeBytes, missingReceipts, sha256 = null } = await work(onStatus, { signal });
      const counts = { blocks: blockCount, bytes: sizeBytes, missingReceipts, sha256 };
      return this.#end({ state: 'done', ...counts });
    } catch (error) {
      const code = error instanceof WaybillError ? error.code : ((error as { code?: string }).code ?? 'UNKNOWN');
      const message = error instanceof Error ? error.message : String(error);
      this.#end({ state: signal.aborted ? 'cancelled' : 'failed', error: { code, message } });
      throw error;
    }
  }

  #end(change: Partial<ExportJob>): ExportJob {
    return this.#change({ ...change, endedAt: new Date().toISOString() });
  }

  #change(change: Partial<ExportJob>): ExportJob {
    const job = { ...(this.#last as ExportJob), ...change };
    this.#last = job;
    this.#onChange?.(job);
    return job;
  }
}
