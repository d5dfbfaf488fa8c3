import { types } from 'node:util';
import type { AbortOptions } from '@waybill/common';
import { BlobMissingError } from './blob-errors.ts';
import { type BlobKey, formatBlobKey } from './blob-key.ts';
import type {
  BlobContent,
  BlobInfo,
  BlobStore,
  DeleteOptions,
  GetOptions,
  HasManyOptions,
  PutManyItem,
  PutManyOutcome,
  PutOutcome,
  SweepOptions,
  SweepResult,
} from './blob-store.ts';
import { getRange } from './get-range.ts';
import { MemoryPartialUploads } from './memory-partial-uploads.ts';
import { OpenCalls } from './open-calls.ts';
import { verifiedContent, verifyBlobBytes } from './verified-content.ts';
import { visitEach } from './visit-each.ts';

export interface MemoryBlobStoreInit {
  /** The clock, in milliseconds since 1970; default `Date.now`. */
  now?: () => number;
}

/** A store for tests and for what may be lost: "durable" lasts as long as the process. */
export function createMemoryBlobStore(init: MemoryBlobStoreInit = {}): BlobStore {
  return new MemoryBlobStore(init);
}

interface MemoryBlob {
  readonly key: BlobKey;
  readonly bytes: Uint8Array;
  referencedAtMs: number;
}

class MemoryBlobStore implements BlobStore {
  readonly partials: MemoryPartialUploads;
  readonly #blobs = new Map<string, MemoryBlob>();
  readonly #quarantined = new Map<string, Uint8Array>();
  readonly #calls = new OpenCalls();
  readonly #now: () => number;

  constructor({ now = Date.now }: MemoryBlobStoreInit) {
    this.#now = now;
    this.partials = new MemoryPartialUploads({
      calls: this.#calls,
      now,
      store: (key, bytes) => this.#store(key, bytes),
    });
  }

  has(key: BlobKey, options: AbortOptions = {}): Promise<boolean> {
    return this.#run(options, () => this.#blobs.has(formatBlobKey(key)));
  }

  hasMany(keys: readonly BlobKey[], options: HasManyOptions = {}): Promise<boolean[]> {
    const look =
      options.touch === true ? this.#touch.bind(this) : (key: BlobKey) => this.#blobs.has(formatBlobKey(key));
    return this.#run(options, async () => {
      const found: boolean[] = [];
      await visitEach(keys, (key) => found.push(look(key)), options);
      return found;
    });
  }

  get(key: BlobKey, options: GetOptions = {}): Promise<BlobContent> {
    return this.#run(options, () => {
      const blob = this.#blobs.get(formatBlobKey(key));
      if (blob === undefined) throw new BlobMissingError(key);
      const [start, end] = getRange(key.sizeBytes, options);
      // A copy: what a reader does to it must not reach the blob.
      return {
        sizeBytes: end - start,
        body: new Uint8Array(blob.bytes.subarray(start, end)),
        discard: () => Promise.resolve(),
      };
    });
  }

  put(key: BlobKey, content: Uint8Array | AsyncIterable<Uint8Array>, options: AbortOptions = {}): Promise<PutOutcome> {
    return this.#run(options, async () => {
      if (this.#touch(key)) return 'exists';
      const bytes = types.isUint8Array(content) ? new Uint8Array(content) : await collect(key, content, options);
      verifyBlobBytes(key, bytes);
      return this.#store(key, bytes);
    });
  }

  putMany(
    items: Iterable<PutManyItem> | AsyncIterable<PutManyItem>,
    options: AbortOptions = {},
  ): Promise<PutManyOutcome[]> {
    return this.#run(options, async () => {
      const outcomes: PutManyOutcome[] = [];
      for await (const { key, content } of items) {
        options.signal?.throwIfAborted();
        outcomes.push(this.#putItem(key, content));
      }
      return outcomes;
    });
  }

  touch(keys: readonly BlobKey[], options: AbortOptions = {}): Promise<boolean[]> {
    return this.#run(options, async () => {
      const found: boolean[] = [];
      await visitEach(keys, (key) => found.push(this.#touch(key)), options);
      return found;
    });
  }

  delete(key: BlobKey, options: DeleteOptions = {}): Promise<boolean> {
    const { ifReferencedBeforeMs = Infinity } = options;
    return this.#run(options, () => {
      const text = formatBlobKey(key);
      const blob = this.#blobs.get(text);
      return blob !== undefined && blob.referencedAtMs < ifReferencedBeforeMs && this.#blobs.delete(text);
    });
  }

  /** The bytes stay in memory for as long as the store does. */
  quarantine(key: BlobKey, options: AbortOptions = {}): Promise<string | undefined> {
    return this.#run(options, () => {
      const text = formatBlobKey(key);
      const blob = this.#blobs.get(text);
      if (blob === undefined) return undefined;
      this.#blobs.delete(text);
      const name = `quarantine/${text}-${this.#quarantined.size}`;
      this.#quarantined.set(name, blob.bytes);
      return name;
    });
  }

  async *list({ signal }: AbortOptions = {}): AsyncGenerator<BlobInfo, void, undefined> {
    await this.#run({ signal }, () => undefined);
    for (const text of [...this.#blobs.keys()].sort()) {
      signal?.throwIfAborted();
      const blob = this.#blobs.get(text);
      if (blob !== undefined) yield { key: blob.key, referencedAtMs: blob.referencedAtMs };
    }
  }

  sweep(options: SweepOptions = {}): Promise<SweepResult> {
    return this.#run(options, () => ({ uploads: 0, ...this.partials.sweep(options) }));
  }

  close(): Promise<void> {
    return this.#calls.close();
  }

  #run<T>({ signal }: AbortOptions, call: () => T | Promise<T>): Promise<T> {
    return this.#calls.run(() => {
      signal?.throwIfAborted();
      return call();
    });
  }

  #touch(key: BlobKey): boolean {
    const blob = this.#blobs.get(formatBlobKey(key));
    if (blob !== undefined) blob.referencedAtMs = this.#now();
    return blob !== undefined;
  }

  #putItem(key: BlobKey, content: Uint8Array): PutManyOutcome {
    try {
      if (this.#touch(key)) return { key, outcome: 'exists' };
      verifyBlobBytes(key, content);
      return { key, outcome: this.#store(key, new Uint8Array(content)) };
    } catch (error) {
      return { key, outcome: 'failed', error };
    }
  }

  /** In one step, so that of many puts at once one is the first. */
  #store(key: BlobKey, bytes: Uint8Array): PutOutcome {
    if (this.#touch(key)) return 'exists';
    this.#blobs.set(formatBlobKey(key), { key, bytes, referencedAtMs: this.#now() });
    return 'stored';
  }
}

async function collect(key: BlobKey, content: AsyncIterable<Uint8Array>, options: AbortOptions): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const bytes of verifiedContent(key, content, options)) chunks.push(bytes);
  return Buffer.concat(chunks);
}
