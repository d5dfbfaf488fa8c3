import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { sha256 } from '@waybill/digest';
import type { AbortOptions } from './abort-options.ts';
import { assertExpected, type ExpectedContent } from './assert-expected.ts';
import { type DirectorySyncer, sharedDirectorySyncer } from './directory-syncer.ts';
import type { Durability } from './durability.ts';
import { ensureDirectory } from './ensure-directory.ts';
import { Fifo } from './fifo.ts';
import { errorOfFault, type GroupFault } from './group-fault.ts';
import { GroupThread } from './group-thread-client.ts';
import type { ContentSummary } from './hashing-writer.ts';
import { packGroup, toGroupFile } from './pack-group.ts';
import { isSettled } from './settle-directory.ts';
import type { TempNamer } from './temp-name.ts';
import { SMALL_CONTENT_BYTES, writeKnown } from './write-file-atomic.ts';
import { FileExistsError } from './write-errors.ts';
import { writeGroup } from './write-group.ts';

export interface GroupWriterInit {
  /** Of all that it writes. Default `full`. */
  durability?: Durability | undefined;
  /** For directories that are met for the first time, and for files that come alone. Default: one that the process shares. */
  directorySyncer?: DirectorySyncer | undefined;
}

/** As those of `writeFileAtomic`. Parents are always created. An abort is heeded until the file's group is begun. */
export interface GroupWriteOptions extends AbortOptions {
  expected?: ExpectedContent | undefined;
  tempName?: TempNamer | undefined;
  /** Refuse to replace a file, also one that comes into being meanwhile: FileExistsError. */
  exclusive?: boolean | undefined;
  /** Leave a file alone that is there when the group is begun: FileExistsError. Costs less than `exclusive`. */
  keepExisting?: boolean | undefined;
}

/** One file that waits for its group. */
export interface GroupJob {
  readonly path: string;
  readonly directory: string;
  readonly bytes: Uint8Array;
  readonly summary: ContentSummary;
  readonly options: GroupWriteOptions;
  readonly ended: PromiseWithResolvers<ContentSummary>;
  /** Its directory was made ready once. */
  isPrepared: boolean;
}

/** Room for eight contents of the largest size. */
const CAPACITY_BYTES = 8 * SMALL_CONTENT_BYTES;
/** So many writes under way at a time make a thread worth its start, some 20 ms. */
const BUSY_WRITES = 4;
/** A thread that had nothing to do for so long is ended: it takes some megabytes. */
const IDLE_MS = 10_000;
/** What `writeFileAtomic` knows a way around: the directory was removed meanwhile, the temp name is taken. */
const SURMOUNTABLE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'EEXIST']);

/**
 * Writes many small files with the promises of `writeFileAtomic`, for half of the processor time. What comes while a
 * group is being written makes up the next one (group commit): a thread of its own writes it with calls that block,
 * which spares trips through the thread pool for each file, and syncs each directory once for the whole group.
 * Nothing waits for company: files that come alone are written at once, and without a thread.
 */
export class GroupWriter implements AsyncDisposable {
  readonly #durability: Durability;
  readonly #syncer: DirectorySyncer;
  readonly #queue = new Fifo<GroupJob>();
  #thread: GroupThread | undefined;
  #underWay = 0;
  #isWriting = false;
  #isClosed = false;
  #idle: NodeJS.Timeout | undefined;

  constructor({ durability = 'full', directorySyncer = sharedDirectorySyncer }: GroupWriterInit = {}) {
    this.#durability = durability;
    this.#syncer = directorySyncer;
  }

  /** Resolves when the file is as durable as asked for. Throws what `writeFileAtomic` throws. */
  async write(path: string, bytes: Uint8Array, options: GroupWriteOptions = {}): Promise<ContentSummary> {
    options.signal?.throwIfAborted();
    const summary = { sizeBytes: bytes.length, digest: sha256(bytes) };
    assertExpected(path, summary, options.expected);
    const ended = Promise.withResolvers<ContentSummary>();
    const job = { path, directory: dirname(path), bytes, summary, options, ended, isPrepared: false };
    this.#underWay += 1;
    try {
      this.#begin(job);
      return await ended.promise;
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Ends the thread as soon as it has nothing left to do. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#endThread();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin(job: GroupJob): void {
    const isSmall = job.bytes.length <= SMALL_CONTENT_BYTES;
    if (this.#durability === 'none' && isSmall) this.#writeHere(job);
    else if (isSmall && (this.#thread !== undefined || this.#underWay >= BUSY_WRITES)) this.#enqueue(job);
    else this.#writeAlone(job);
  }

  /** Without syncs nothing has to be waited for. */
  #writeHere(job: GroupJob): void {
    const faults = writeGroup([toGroupFile(job, 0)], job.bytes, 'none');
    this.#settle(job, faults[0]);
  }

  #writeAlone(job: GroupJob): void {
    if (job.options.keepExisting === true && existsSync(job.path)) {
      job.ended.reject(new FileExistsError(job.path));
      return;
    }
    const writing = writeKnown(job.path, job.bytes, job.summary, {
      ...job.options,
      durability: this.#durability,
      directorySyncer: this.#syncer,
      createParents: true,
    });
    writing.then(job.ended.resolve, job.ended.reject);
  }

  #enqueue(job: GroupJob): void {
    this.#queue.push(job);
    if (!this.#isWriting) this.#start();
  }

  /** Once the event loop has gone round: what else comes in this turn belongs to the same group. */
  #start(): void {
    this.#isWriting = true;
    setImmediate(() => void this.#writeQueued());
  }

  async #writeQueued(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#openThread();
    const settled = new Set<string>();
    const { jobs, files } = packGroup(this.#queue, thread.contents, (job) => this.#admit(job, settled));
    try {
      const faults = jobs.length === 0 ? [] : await thread.write({ files, durability: this.#durability });
      this.#settleAll(jobs, faults);
    } catch (error) {
      for (const job of jobs) job.ended.reject(error);
    }
    this.#isWriting = false;
    if (this.#queue.size > 0) this.#start();
    else this.#rest();
  }

  /** False where the job has no place in this group. `settled`: directories that were looked at for this group. */
  #admit(job: GroupJob, settled: Set<string>): boolean {
    const { signal } = job.options;
    if (signal?.aborted === true) job.ended.reject(signal.reason);
    else if (this.#durability === 'full' && !settled.has(job.directory) && !isSettled(job.directory))
      this.#prepare(job);
    else {
      settled.add(job.directory);
      return true;
    }
    return false;
  }

  /** A directory that is met for the first time, or again after it was removed. One that is removed over and over is not waited for here. */
  #prepare(job: GroupJob): void {
    if (job.isPrepared) {
      this.#writeAlone(job);
      return;
    }
    job.isPrepared = true;
    const { signal } = job.options;
    ensureDirectory(job.directory, { directorySyncer: this.#syncer, signal }).then(
      () => this.#enqueue(job),
      job.ended.reject,
    );
  }

  #settleAll(jobs: readonly GroupJob[], faults: readonly GroupFault[]): void {
    const byIndex = new Map(faults.map((fault) => [fault.index, fault]));
    for (const [index, job] of jobs.entries()) this.#settle(job, byIndex.get(index));
  }

  #settle(job: GroupJob, fault: GroupFault | undefined): void {
    if (fault === undefined) job.ended.resolve(job.summary);
    else if (fault.step === 'open' && SURMOUNTABLE.has(fault.error.code)) this.#writeAlone(job);
    else job.ended.reject(errorOfFault(job.path, job.directory, fault));
  }

  #openThread(): GroupThread {
    if (this.#thread?.isBroken === true) this.#thread = undefined;
    this.#thread ??= new GroupThread(CAPACITY_BYTES);
    return this.#thread;
  }

  #rest(): void {
    if (this.#isClosed) void this.#endThread();
    else this.#idle = setTimeout(() => void this.#endThread(), IDLE_MS).unref();
  }

  async #endThread(): Promise<void> {
    clearTimeout(this.#idle);
    if (this.#isWriting) return;
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.end();
  }
}
