import { type AbortOptions, abortableIterable } from '@waybill/common';
import { sha256 } from '@waybill/digest';
import { BlobLengthMismatchError, PartialUploadBusyError } from './blob-errors.ts';
import { type BlobKey, formatBlobKey } from './blob-key.ts';
import type { PutOutcome, SweepOptions } from './blob-store.ts';
import type { OpenCalls } from './open-calls.ts';
import type { PartialUpload, PartialUploads } from './partial-uploads.ts';
import { assertDigest, assertFits } from './verified-content.ts';

interface Stored {
  readonly chunks: Uint8Array[];
  sizeBytes: number;
  writtenAtMs: number;
  open: boolean;
}

export interface MemoryPartialUploadsInit {
  readonly calls: OpenCalls;
  readonly now: () => number;
  readonly store: (key: BlobKey, bytes: Uint8Array) => PutOutcome;
}

const DAY_MS = 86_400_000;

export class MemoryPartialUploads implements PartialUploads {
  readonly #uploads = new Map<string, Stored>();
  readonly #init: MemoryPartialUploadsInit;

  constructor(init: MemoryPartialUploadsInit) {
    this.#init = init;
  }

  open(key: BlobKey, { signal }: AbortOptions = {}): Promise<PartialUpload> {
    return this.#init.calls.run(() => {
      signal?.throwIfAborted();
      const text = formatBlobKey(key);
      const stored = this.#uploads.get(text) ?? {
        chunks: [],
        sizeBytes: 0,
        writtenAtMs: this.#init.now(),
        open: false,
      };
      if (stored.open) throw new PartialUploadBusyError(key);
      stored.open = true;
      this.#uploads.set(text, stored);
      return new MemoryPartialUpload(key, stored, this.#init, () => this.#uploads.delete(text));
    });
  }

  sweep({ maxAgeMs = DAY_MS }: SweepOptions): { partials: number; sizeBytes: number } {
    const result = { partials: 0, sizeBytes: 0 };
    for (const [text, stored] of this.#uploads) {
      if (stored.open || this.#init.now() - stored.writtenAtMs <= maxAgeMs) continue;
      this.#uploads.delete(text);
      result.partials += 1;
      result.sizeBytes += stored.sizeBytes;
    }
    return result;
  }
}

class MemoryPartialUpload implements PartialUpload {
  readonly key: BlobKey;
  readonly #stored: Stored;
  readonly #init: MemoryPartialUploadsInit;
  readonly #remove: () => void;
  #ended = false;

  constructor(key: BlobKey, stored: Stored, init: MemoryPartialUploadsInit, remove: () => void) {
    this.key = key;
    this.#stored = stored;
    this.#init = init;
    this.#remove = remove;
  }

  get offset(): number {
    return this.#stored.sizeBytes;
  }

  append(content: AsyncIterable<Uint8Array>, options: AbortOptions = {}): Promise<number> {
    return this.#run(async () => {
      for await (const bytes of abortableIterable(content, options)) {
        assertFits(this.key, this.offset + bytes.length);
        this.#stored.chunks.push(new Uint8Array(bytes));
        this.#stored.sizeBytes += bytes.length;
        this.#stored.writtenAtMs = this.#init.now();
      }
      return this.offset;
    });
  }

  finish({ signal }: AbortOptions = {}): Promise<PutOutcome> {
    return this.#run(() => {
      signal?.throwIfAborted();
      if (this.offset !== this.key.sizeBytes) throw new BlobLengthMismatchError(this.key, this.offset);
      const bytes = Buffer.concat(this.#stored.chunks);
      this.#end(true);
      assertDigest(this.key, sha256(bytes));
      return this.#init.store(this.key, bytes);
    });
  }

  discard(): Promise<void> {
    this.#end(true);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#end(false);
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #run<T>(call: () => T | Promise<T>): Promise<T> {
    return this.#init.calls.run(() => {
      if (this.#ended) throw new TypeError('this upload has ended');
      return call();
    });
  }

  #end(remove: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stored.open = false;
    if (remove) this.#remove();
  }
}
