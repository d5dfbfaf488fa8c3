import { types } from 'node:util';
import {
  type BlobContent,
  BlobCorruptError,
  type BlobInfo,
  type BlobKey,
  BlobMissingError,
  type BlobStore,
  type DeleteOptions,
  formatBlobKey,
  getRange,
  type GetOptions,
  type HasManyOptions,
  KeyLocks,
  OpenCalls,
  type PutManyItem,
  type PutManyOutcome,
  type PutOutcome,
  type SweepOptions,
  type SweepResult,
  verifiedContent,
  verifyBlobBytes,
} from '@waybill/blob-store';
import { type AbortOptions, Semaphore } from '@waybill/common';
import { exactly } from './exactly.ts';
import { Flights } from './flights.ts';
import { mergeTouches } from './merge-touches.ts';
import type { ObjectClient, ObjectInfo, PutObjectOutcome } from './object-client.ts';
import type { ObjectNames } from './object-names.ts';
import { RememberingSource } from './remembering-source.ts';
import { ObjectConflictError } from './s3-errors.ts';
import { sweepUnfinished } from './sweep-unfinished.ts';

export interface S3BlobStoreParts {
  readonly client: ObjectClient;
  readonly names: ObjectNames;
  /** The service refuses to replace an object when asked to: see {@link probeConditionalWrites}. */
  readonly conditionalWrites: boolean;
  /** Requests at a time of one call for many blobs. */
  readonly concurrency: number;
  /** A touch is a request: it is left out where the last one is younger than this. */
  readonly freshMs: number;
  readonly now: () => number;
}

/** `Last-Modified` is cut off to whole seconds: the reference may be that much younger. */
const CLOCK_MS = 1000;
const NO_BYTES = new Uint8Array(0);

/**
 * Across processes: a blob that is deleted because of its age may have been touched in the milliseconds between the
 * question and the removal. What references blobs from several processes has to pin them first.
 */
export class S3BlobStore implements BlobStore {
  readonly #parts: S3BlobStoreParts;
  readonly #calls = new OpenCalls();
  readonly #locks = new KeyLocks();
  readonly #flights = new Flights();
  readonly #slots: Semaphore;

  constructor(parts: S3BlobStoreParts) {
    this.#parts = parts;
    this.#slots = new Semaphore(parts.concurrency);
  }

  has(key: BlobKey, options: AbortOptions = {}): Promise<boolean> {
    return this.#run(options, async () => (await this.#whole(key, options)) !== undefined);
  }

  hasMany(keys: readonly BlobKey[], options: HasManyOptions = {}): Promise<boolean[]> {
    const { touch = false } = options;
    return this.#run(options, () =>
      this.#each(keys, options, async (key) =>
        touch ? await this.#isThere(key, options) : (await this.#whole(key, options)) !== undefined,
      ),
    );
  }

  get(key: BlobKey, options: GetOptions = {}): Promise<BlobContent> {
    return this.#run(options, async () => {
      const [start, end] = getRange(key.sizeBytes, options);
      const found = await this.#head(key, options);
      if (found === undefined) throw new BlobMissingError(key);
      if (found.sizeBytes !== key.sizeBytes) throw new BlobCorruptError(key, found.sizeBytes);
      if (start === end) return { sizeBytes: 0, body: NO_BYTES, discard: () => Promise.resolve() };
      const content = await this.#parts.client.get(found.name, { start, end }, options);
      if (content === undefined) throw new BlobMissingError(key);
      const discard = (): Promise<void> => {
        content.discard();
        return Promise.resolve();
      };
      return { sizeBytes: content.sizeBytes, body: exactly(key, content.sizeBytes, content.body), discard };
    });
  }

  put(key: BlobKey, content: Uint8Array | AsyncIterable<Uint8Array>, options: AbortOptions = {}): Promise<PutOutcome> {
    return this.#run(options, async () => {
      if (await this.#isThere(key, options)) return 'exists';
      if (types.isUint8Array(content)) return this.#putBytes(key, content, options);
      return this.#putStream(key, content, options);
    });
  }

  putMany(
    items: Iterable<PutManyItem> | AsyncIterable<PutManyItem>,
    options: AbortOptions = {},
  ): Promise<PutManyOutcome[]> {
    return this.#run(options, async () => {
      const outcomes: Promise<PutManyOutcome>[] = [];
      try {
        for await (const { key, content } of items) {
          const slot = await this.#slots.acquire(options);
          outcomes.push(this.#putItem(key, content, options).finally(() => slot.release()));
        }
      } catch (error) {
        await Promise.all(outcomes);
        throw error;
      }
      const done = await Promise.all(outcomes);
      options.signal?.throwIfAborted();
      return done;
    });
  }

  touch(keys: readonly BlobKey[], options: AbortOptions = {}): Promise<boolean[]> {
    return this.#run(options, () =>
      this.#each(keys, options, (key) => this.#locks.run(formatBlobKey(key), () => this.#touchOne(key, options))),
    );
  }

  delete(key: BlobKey, options: DeleteOptions = {}): Promise<boolean> {
    const { ifReferencedBeforeMs = Infinity } = options;
    return this.#run(options, () =>
      this.#locks.run(formatBlobKey(key), async () => {
        const found = await this.#head(key, options);
        if (found === undefined) return false;
        const referencedAtMs = await this.#referencedAtMs(found, key, options);
        if (referencedAtMs + CLOCK_MS > ifReferencedBeforeMs) return false;
        options.signal?.throwIfAborted();
        await this.#remove(found, key);
        return true;
      }),
    );
  }

  quarantine(key: BlobKey, options: AbortOptions = {}): Promise<string | undefined> {
    return this.#run(options, () =>
      this.#locks.run(formatBlobKey(key), async () => {
        const found = await this.#head(key, options);
        if (found === undefined) return undefined;
        const target = this.#parts.names.quarantine(key, this.#parts.now());
        await this.#parts.client.copy(found, target, options);
        await this.#remove(found, key);
        return target;
      }),
    );
  }

  async *list(options: AbortOptions = {}): AsyncGenerator<BlobInfo, void, undefined> {
    await this.#run(options, () => undefined);
    const { client, names } = this.#parts;
    yield* mergeTouches(
      { prefix: names.blobs, objects: client.list(names.blobs, options) },
      { prefix: names.touched, objects: client.list(names.touched, options) },
    );
  }

  sweep(options: SweepOptions = {}): Promise<SweepResult> {
    return this.#run(options, () =>
      sweepUnfinished({ ...this.#parts, isUnderWay: (key) => this.#flights.has(key) }, options),
    );
  }

  async close(): Promise<void> {
    await this.#calls.close();
    this.#parts.client.close();
  }

  #run<T>({ signal }: AbortOptions, call: () => T | Promise<T>): Promise<T> {
    return this.#calls.run(async () => {
      signal?.throwIfAborted();
      return call();
    });
  }

  /** The first failure stops the others. Nothing is under way any more when this ends. */
  async #each<In, Out>(
    items: readonly In[],
    { signal }: AbortOptions,
    work: (item: In) => Promise<Out>,
  ): Promise<Out[]> {
    const results = new Array<Out>(items.length);
    const failures: unknown[] = [];
    const left = items.entries();
    const worker = async (): Promise<void> => {
      for (const [index, item] of left) {
        if (failures.length > 0) return;
        try {
          results[index] = await this.#slots.run(() => work(item), { signal });
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#parts.concurrency, items.length) }, worker));
    signal?.throwIfAborted();
    if (failures.length > 0) throw failures[0];
    return results;
  }

  #head(key: BlobKey, options: AbortOptions): Promise<ObjectInfo | undefined> {
    return this.#parts.client.head(this.#parts.names.blob(key), options);
  }

  async #whole(key: BlobKey, options: AbortOptions): Promise<ObjectInfo | undefined> {
    const found = await this.#head(key, options);
    return found?.sizeBytes === key.sizeBytes ? found : undefined;
  }

  /** Whether the blob is there; then this is a reference like a touch. */
  #isThere(key: BlobKey, options: AbortOptions): Promise<boolean> {
    return this.#locks.run(formatBlobKey(key), async () => {
      const found = await this.#whole(key, options);
      if (found !== undefined) await this.#refer(found, key, options);
      return found !== undefined;
    });
  }

  async #putItem(key: BlobKey, content: Uint8Array, options: AbortOptions): Promise<PutManyOutcome> {
    try {
      if (await this.#isThere(key, options)) return { key, outcome: 'exists' };
      return { key, outcome: await this.#putBytes(key, content, options) };
    } catch (error) {
      return { key, outcome: 'failed', error };
    }
  }

  #putBytes(key: BlobKey, bytes: Uint8Array, options: AbortOptions): Promise<PutOutcome> {
    verifyBlobBytes(key, bytes);
    const { client } = this.#parts;
    return this.#flights.run(key, () =>
      this.#locks.run(formatBlobKey(key), () =>
        this.#create(key, options, (name, ifAbsent) =>
          client.put(name, bytes, { ...options, ifAbsent, sha256: key.digest.bytes }),
        ),
      ),
    );
  }

  #putStream(key: BlobKey, content: AsyncIterable<Uint8Array>, options: AbortOptions): Promise<PutOutcome> {
    const { client } = this.#parts;
    return this.#flights.run(key, async () => {
      const source = new RememberingSource(verifiedContent(key, content, options));
      try {
        return await this.#create(key, options, (name, ifAbsent) =>
          client.putStream(name, source, { ...options, ifAbsent, sizeBytes: key.sizeBytes }),
        );
      } catch (error) {
        throw source.failure === undefined ? error : source.failure.error;
      }
    });
  }

  /** Resolves with false where somebody else was quicker. An object of a wrong length is no blob: it is replaced. */
  async #create(
    key: BlobKey,
    options: AbortOptions,
    write: (name: string, ifAbsent: boolean) => Promise<PutObjectOutcome>,
  ): Promise<boolean> {
    const found = await this.#head(key, options);
    const outcome = await write(this.#parts.names.blob(key), this.#parts.conditionalWrites && found === undefined);
    if (outcome === 'put') return true;
    if ((await this.#whole(key, options)) === undefined) throw new ObjectConflictError(key);
    return false;
  }

  async #touchOne(key: BlobKey, options: AbortOptions): Promise<boolean> {
    const found = await this.#head(key, options);
    if (found !== undefined) await this.#refer(found, key, options);
    return found !== undefined;
  }

  async #refer(found: ObjectInfo, key: BlobKey, options: AbortOptions): Promise<void> {
    const { client, names, now, freshMs } = this.#parts;
    if (now() - (await this.#referencedAtMs(found, key, options)) < freshMs) return;
    await client.put(names.touch(key), NO_BYTES, options);
  }

  async #referencedAtMs(found: ObjectInfo, key: BlobKey, options: AbortOptions): Promise<number> {
    const touched = await this.#parts.client.head(this.#parts.names.touch(key), options);
    return Math.max(found.modifiedAtMs, touched?.modifiedAtMs ?? 0);
  }

  async #remove(found: ObjectInfo, key: BlobKey): Promise<void> {
    await this.#parts.client.delete(found.name);
    await this.#parts.client.delete(this.#parts.names.touch(key));
  }
}
