import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { abortableIterable } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { ResponseTimeoutError } from '@waybill/http-kit/client';
import { writeBody } from './body-writer.ts';
import { UploadBrokenError } from './client-errors.ts';

export interface UploadRequest extends AbortOptions {
  url: URL;
  method: 'POST' | 'PATCH';
  /** With Content-Length, and with `expect` where `continueWaitMs` is given. */
  headers: Readonly<Record<string, string>>;
  /** Called when the first byte is wanted: not at all, where the answer comes before. */
  openBody(): AsyncIterable<Uint8Array>;
  /** How long to wait for `100 Continue`; then the body is sent without. Default: no waiting. */
  continueWaitMs?: number | undefined;
  /** Told when that wait was in vain. */
  onNoContinue?: (() => void) | undefined;
  /** Told with each piece that is handed to the system. */
  onSent?: ((bytes: number) => void) | undefined;
}

export interface UploadAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body's first 256 KiB, as UTF-8. */
  readonly text: string;
  /** False: the answer came first, and the body was not, or not wholly, sent. */
  readonly isBodySent: boolean;
  readonly sentBytes: number;
}

export interface UploadTimeouts {
  readonly idleTimeoutMs: number;
  readonly responseTimeoutMs: number;
}

const MAX_ANSWER_BYTES = 256 * 1024;

/** One request with a long body, from its head to the end of its answer. */
export class UploadExchange {
  readonly #request: ClientRequest;
  readonly #upload: UploadRequest;
  readonly #timeouts: UploadTimeouts;
  readonly #answer = Promise.withResolvers<IncomingMessage>();
  /** Settles with the answer or the error. */
  readonly #ended: Promise<unknown>;
  #sentBytes = 0;
  #hasAnswer = false;
  #hasContinue = false;
  #hasEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(request: ClientRequest, upload: UploadRequest, timeouts: UploadTimeouts) {
    this.#request = request;
    this.#upload = upload;
    this.#timeouts = timeouts;
    this.#ended = this.#answer.promise.then(this.#noteEnd, this.#noteEnd);
    request.on('response', (answer) => {
      this.#hasAnswer = true;
      this.#hasEnded = true;
      this.#answer.resolve(answer);
    });
    // Stays until the end: an error that nobody listens to would end the process.
    request.on('error', (error) => this.#answer.reject(error));
    request.on('close', () => this.#answer.reject(new Error('the connection was closed')));
  }

  /** Whether a kept connection was closed by the server before it said anything: the request may be sent again. */
  get wasStale(): boolean {
    return this.#request.reusedSocket && !this.#hasAnswer && !this.#hasContinue;
  }

  /** Throws UploadBrokenError, what the content throws, or the signal's reason. */
  async run(): Promise<UploadAnswer> {
    const { signal } = this.#upload;
    const abort = (): void => void this.#request.destroy(new Error('the upload was aborted'));
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      return await this.#exchange();
    } catch (error) {
      this.#request.destroy();
      signal?.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(this.#timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  async #exchange(): Promise<UploadAnswer> {
    await this.#waitForContinue();
    const isBodySent = await this.#sendBody();
    this.#watch('headers', this.#timeouts.responseTimeoutMs);
    try {
      const answer = await this.#answer.promise;
      const text = await this.#read(answer);
      // What was not sent cannot be taken back: the connection is of no more use.
      if (!isBodySent) this.#request.destroy();
      return { status: answer.statusCode ?? 0, headers: answer.headers, text, isBodySent, sentBytes: this.#sentBytes };
    } catch (error) {
      throw new UploadBrokenError(publicUrl(this.#upload.url), this.#sentBytes, error);
    }
  }

  async #waitForContinue(): Promise<void> {
    const { continueWaitMs, onNoContinue } = this.#upload;
    if (continueWaitMs === undefined) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => {
      onNoContinue?.();
      resolve(undefined);
    }, continueWaitMs);
    this.#request.once('continue', () => {
      this.#hasContinue = true;
      resolve(undefined);
    });
    this.#request.flushHeaders();
    await Promise.race([promise, this.#ended]);
    clearTimeout(timer);
  }

  async #sendBody(): Promise<boolean> {
    if (this.#hasEnded) return false;
    const upload = this.#upload;
    const watch = (): void => this.#watch('idle', this.#timeouts.idleTimeoutMs);
    watch();
    const isSent = await writeBody(abortableIterable(upload.openBody(), { signal: upload.signal }), {
      request: this.#request,
      ended: this.#ended,
      onSent: (bytes) => {
        this.#sentBytes += bytes;
        upload.onSent?.(bytes);
        watch();
      },
    });
    if (isSent) this.#request.end();
    return isSent;
  }

  readonly #noteEnd = (): void => {
    this.#hasEnded = true;
  };

  async #read(answer: IncomingMessage): Promise<string> {
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      this.#watch('idle', this.#timeouts.idleTimeoutMs);
      sizeBytes += chunk.byteLength;
      parts.push(chunk);
      if (sizeBytes > MAX_ANSWER_BYTES) break;
    }
    return Buffer.concat(parts).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
  }

  #watch(phase: 'idle' | 'headers', timeoutMs: number): void {
    clearTimeout(this.#timer);
    const url = publicUrl(this.#upload.url);
    this.#timer = setTimeout(
      () => void this.#request.destroy(new ResponseTimeoutError({ url, phase, timeoutMs })),
      timeoutMs,
    );
  }
}

function publicUrl({ origin, pathname }: URL): string {
  return origin + pathname;
}
