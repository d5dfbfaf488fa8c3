import { abortableSleep } from '@waybill/common';
import { FileChangedError, RequestRefusedError, UploadBrokenError } from './client-errors.ts';
import type { HashedFile } from './hashed-files.ts';
import { planUploads, type Upload } from './plan-uploads.ts';
import { runWorkers } from './run-workers.ts';
import { isRetryable, retryPauseMs } from './small-requests.ts';
import { uploadBatch } from './upload-batch.ts';
import type { UploadContext } from './upload-context.ts';
import { uploadFile } from './upload-file.ts';
import { uploadResumable } from './upload-resumable.ts';

/** After so many failures the server is asked again what it lacks, in place of going on file by file. */
const MAX_FAILURES = 8;

export interface RoundInit {
  context: UploadContext;
  /** Contents that are not known to be stored, by key; what is stored is taken out. */
  open: Map<string, HashedFile>;
  /** Contents that failed in a batch: they travel alone, where the server says why. */
  alone: Set<string>;
  batch: boolean;
  concurrency: number;
}

export interface RoundResult {
  readonly failures: number;
  readonly lastError: unknown;
}

/** Sends each of the files once. What fails, or is deferred, stays in `open`: nothing is lost. */
export class SendRound {
  readonly #init: RoundInit;
  readonly #canDefer: boolean;
  #failures = 0;
  #lastError: unknown;

  constructor(init: RoundInit, canDefer: boolean) {
    this.#init = init;
    this.#canDefer = canDefer;
  }

  /** Throws what cannot be helped by another attempt. */
  async run(files: readonly HashedFile[]): Promise<RoundResult> {
    const { context, alone, batch, concurrency } = this.#init;
    // Batches are always deferred where somebody else is at it: who no longer waits sends file by file.
    const uploads = planUploads(files, { capabilities: context.capabilities, alone, batch: batch && this.#canDefer });
    await runWorkers(uploads, { concurrency, signal: context.signal }, async (upload, signal) => {
      await this.#attempt(upload, { ...context, signal });
      return this.#failures > MAX_FAILURES ? 'stop' : undefined;
    });
    return { failures: this.#failures, lastError: this.#lastError };
  }

  async #attempt(upload: Upload, context: UploadContext): Promise<void> {
    try {
      await this.#send(upload, context);
    } catch (error) {
      context.signal?.throwIfAborted();
      if (upload.kind === 'batch' && error instanceof RequestRefusedError && !error.isBusy)
        this.#sendAlone(upload.files);
      else if (!isRetryable(error)) throw error;
      this.#noteFailure(upload, error, context);
      await abortableSleep(retryPauseMs(error, this.#failures - 1, context.timing), context);
    }
  }

  #noteFailure(upload: Upload, error: unknown, { tally, progress }: UploadContext): void {
    this.#failures += 1;
    this.#lastError = error;
    // A connection that broke where deferring was allowed: somebody else may be sending it. We come back in any case.
    if (this.#canDefer && upload.kind === 'single' && error instanceof UploadBrokenError) tally.deferrals += 1;
    else tally.retries += 1;
    progress.retrying?.(error);
  }

  async #send(upload: Upload, context: UploadContext): Promise<void> {
    if (upload.kind === 'batch') await this.#sendBatch(upload.files, context);
    else await this.#sendSingle(upload, context);
  }

  async #sendSingle({ kind, files }: Upload, context: UploadContext): Promise<void> {
    for (const hashed of files) {
      const isSingle = kind === 'single';
      const outcome = await (isSingle ? uploadFile(hashed, this.#canDefer, context) : uploadResumable(hashed, context));
      if (outcome === 'deferred') this.#noteDeferral(hashed, context);
      else this.#noteStored(hashed, outcome === 'stored' ? 'us' : 'others');
    }
  }

  async #sendBatch(files: readonly HashedFile[], context: UploadContext): Promise<void> {
    const results = await uploadBatch(files, context);
    for (const [place, result] of results.entries()) {
      const hashed = files[place] as HashedFile;
      if (result.status === 'uploading') this.#noteDeferral(hashed, context);
      else if (result.status !== 'error') this.#noteStored(hashed, result.status === 'stored' ? 'us' : 'others');
      else if (result.code === 'ERR_BLOB_DIGEST_MISMATCH') throw new FileChangedError(hashed.file);
      else this.#sendAlone([hashed]);
    }
  }

  #sendAlone(files: readonly HashedFile[]): void {
    for (const { key } of files) this.#init.alone.add(key);
  }

  #noteStored({ key, file }: HashedFile, by: 'us' | 'others'): void {
    const { open, context } = this.#init;
    open.delete(key);
    if (by === 'us') context.tally.sent.add(key);
    context.progress.fileStored?.(file, by);
  }

  #noteDeferral({ file }: HashedFile, { tally, progress }: UploadContext): void {
    tally.deferrals += 1;
    progress.fileDeferred?.(file);
  }
}
