import { type AbortOptions, type Permit, Semaphore, WaybillError } from '@waybill/common';
import type { ContentFacts, PackEntry, TargetProgress } from '../pack-target.ts';
import { etagOf } from './content-etag.ts';
import { type ContentPart, ContentParts } from './content-parts.ts';
import type { ObjectStore, StoredObject, StoredPart, UnfinishedUpload } from './object-store.ts';
import { isSingle } from './part-layout.ts';

/** The service says of what it got that it is something else. */
export class ObjectMismatchError extends WaybillError {
  readonly key: string;
  readonly expected: string;
  readonly actual: string;

  constructor(key: string, expected: string, actual: string) {
    super(`${key}: ${expected} was sent, and the service got ${actual}`, {
      code: 'ERR_OBJECT_MISMATCH',
      retryable: true,
    });
    this.key = key;
    this.expected = expected;
    this.actual = actual;
  }
}

export interface ObjectSenderInit {
  readonly store: ObjectStore;
  /** What is there, by key. */
  readonly present: ReadonlyMap<string, StoredObject>;
  /** What an earlier run has begun, by key. */
  readonly unfinished: ReadonlyMap<string, UnfinishedUpload>;
  /** Parts that are in memory and on their way at a time, of all objects together. */
  readonly concurrency: number;
  readonly progress: TargetProgress;
}

/** An ETag of 32 hex digits is the MD5; services that encrypt give another one, which says nothing about the content. */
const MD5 = /^[0-9a-f]{32}$/;

/** Brings contents to a bucket, only those and only the parts that are not there. */
export class ObjectSender {
  readonly #init: ObjectSenderInit;
  readonly #parts: Semaphore;

  constructor(init: ObjectSenderInit) {
    this.#init = init;
    this.#parts = new Semaphore(init.concurrency);
  }

  /** Throws ObjectMismatchError, and what the store and the entry throw. */
  async send(key: string, entry: PackEntry, options: AbortOptions): Promise<'sent' | 'present'> {
    const { progress, present } = this.#init;
    const sizeBytes = entry.sizeBytes ?? (await entry.digest(options)).sizeBytes;
    const there = present.get(key);
    if (there?.sizeBytes === sizeBytes) {
      const facts = await this.#compare(entry, sizeBytes, there, options);
      if (facts !== undefined) {
        progress.entryDone(entry, 'present', facts);
        return 'present';
      }
    }
    const content = new ContentParts(entry, sizeBytes);
    await (isSingle(sizeBytes) ? this.#sendWhole(key, content, options) : this.#sendParts(key, content, options));
    progress.entryDone(entry, 'sent', content.facts());
    return 'sent';
  }

  /** Undefined: it is another content, or nobody can tell. */
  async #compare(
    entry: PackEntry,
    sizeBytes: number,
    there: StoredObject,
    options: AbortOptions,
  ): Promise<ContentFacts | undefined> {
    const content = new ContentParts(entry, sizeBytes);
    const etags: string[] = [];
    for await (const { etag } of content.read(options)) etags.push(etag);
    return etagOf(sizeBytes, etags) === there.etag ? content.facts() : undefined;
  }

  async #sendWhole(key: string, content: ContentParts, options: AbortOptions): Promise<void> {
    using _permit = await this.#parts.acquire(options);
    for await (const { bytes, etag } of content.read(options)) {
      assertSame(key, etag, await this.#init.store.put(key, bytes, options));
      this.#init.progress.bytesSent(bytes.length);
    }
  }

  async #sendParts(key: string, content: ContentParts, options: AbortOptions): Promise<void> {
    const { store, unfinished } = this.#init;
    const known = unfinished.get(key);
    const upload = known ?? (await store.beginUpload(key, options));
    const stored = known === undefined ? [] : await store.listParts(known, options);
    const there = new Map(stored.map((part) => [part.number, part]));
    const flights = new Flights();
    const parts: StoredPart[] = [];
    try {
      for await (const part of content.read(options)) {
        const { number, bytes, etag } = part;
        parts.push({ number, sizeBytes: bytes.length, etag });
        if (there.get(number)?.etag === etag) continue;
        const permit = await flights.orFailure(this.#parts.acquire(options));
        flights.add(this.#sendPart(upload, part, permit, options));
      }
    } finally {
      await flights.settled();
    }
    flights.throwFailure();
    await store.completeUpload(upload, parts, options);
  }

  async #sendPart(
    upload: UnfinishedUpload,
    { number, bytes, etag }: ContentPart,
    permit: Permit,
    options: AbortOptions,
  ): Promise<void> {
    using _permit = permit;
    assertSame(upload.key, etag, await this.#init.store.putPart(upload, number, bytes, options));
    this.#init.progress.bytesSent(bytes.length);
  }
}

function assertSame(key: string, expected: string, actual: string): void {
  if (MD5.test(actual) && actual !== expected) throw new ObjectMismatchError(key, expected, actual);
}

/** Work that was begun and not waited for; its first failure counts. */
class Flights {
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  add(work: Promise<void>): void {
    const flight = work
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(flight));
    this.#running.add(flight);
  }

  async orFailure<T>(value: Promise<T>): Promise<T> {
    const result = await value;
    this.throwFailure();
    return result;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
