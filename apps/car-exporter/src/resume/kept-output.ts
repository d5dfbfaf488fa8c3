import { createHash, type Hash } from 'node:crypto';
import type { ByteSink } from '@waybill/car';
import {
  type AbortOptions,
  type Durability,
  openPartialFile,
  type PartialFile,
  removePartialFile,
  type RemovePartialFileOptions,
} from '@waybill/common';
import { differenceOf, type ExportIdentity } from './export-identity.ts';
import { type ExportJournal, ExportJournalInvalidError, readJournal, removeJournal, writeJournal } from './journal.ts';
import type { CheckpointProgress, WalkCheckpoints } from './walk-checkpoints.ts';

/** What becomes of the parts of an export that are kept. */
export interface ResumeEvents {
  /** An earlier run has left so much. */
  onResumed?(kept: KeptPart): void;
  /** What it has left cannot be used, from some point on; the export is as good as any other, and takes longer. */
  onGivenUp?(reason: string): void;
  /** This run ends without a whole file, and the next one can go on from here. */
  onKept?(kept: KeptPart): void;
}

export interface KeptPart {
  /** Of the partial file. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly blockCount: number;
}

export interface KeptOutputOptions extends AbortOptions {
  readonly durability: Durability;
  readonly exclusive: boolean;
  readonly identity: ExportIdentity;
  /** From the end of a checkpoint to the next one. */
  readonly intervalMs: number;
  readonly events: ResumeEvents;
  /** Called while what is kept is read: that may take minutes. */
  readonly onMoved?: (() => void) | undefined;
}

const PIECE_BYTES = 1024 * 1024;

/**
 * Where the bytes of an export go that can be broken off and gone on with: a partial file, and a journal that says how much
 * of it is on disk. What is written while there is still something kept is compared with it, and not written; where it
 * differs, the file is written anew from there. So the file is always what this run, alone, would have written; but for
 * what `restore` has skipped, which has the digest that the journal names.
 */
export class KeptOutput implements ByteSink, WalkCheckpoints, AsyncDisposable {
  readonly #path: string;
  readonly #file: PartialFile;
  readonly #options: KeptOutputOptions;
  #journal: ExportJournal | undefined;
  #hash: Hash = createHash('sha256');
  /** Where the next byte goes. */
  #position = 0;
  /** Up to here the file is that of the run before. */
  #keptBytes: number;
  #dueAt: number;
  #ended = false;

  /** @param journal Of what `file` has, cut to the length that it says. */
  private constructor(path: string, file: PartialFile, journal: ExportJournal | undefined, options: KeptOutputOptions) {
    this.#path = path;
    this.#file = file;
    this.#journal = journal;
    this.#keptBytes = file.sizeBytes;
    this.#options = options;
    this.#dueAt = performance.now() + options.intervalMs;
  }

  /** Opens what the run before has left, where it is of the same export, or begins anew. @throws PartialFileBusyError; any system error. */
  static async open(path: string, options: KeptOutputOptions): Promise<KeptOutput> {
    const file = await openPartialFile(path, options);
    try {
      const journal = await usableJournal(path, file, options);
      if (journal === undefined) return await KeptOutput.#begin(path, file, options);
      await file.cut(journal.sizeBytes);
      const { sizeBytes, blockCount } = journal;
      options.events.onResumed?.({ path: file.path, sizeBytes, blockCount });
      return new KeptOutput(path, file, journal, options);
    } catch (error) {
      await file.keep();
      throw error;
    }
  }

  static async #begin(path: string, file: PartialFile, options: KeptOutputOptions): Promise<KeptOutput> {
    await removeJournal(path);
    if (file.sizeBytes === 0) return new KeptOutput(path, file, undefined, options);
    // Another file, and not this one emptied: whoever may still have it open does not write into the new one.
    await file.discard();
    return new KeptOutput(path, await openPartialFile(path, options), undefined, options);
  }

  /** Of the partial file. */
  get path(): string {
    return this.#file.path;
  }

  get sizeBytes(): number {
    return this.#position;
  }

  /** What did not have to be written again. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  get isDue(): boolean {
    const isNew = this.#position > Math.max(this.#keptBytes, this.#journal?.sizeBytes ?? 0);
    return isNew && performance.now() >= this.#dueAt;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const same = this.#position < this.#keptBytes ? await this.#compare(bytes) : 0;
    if (same < bytes.length) await this.#file.write(bytes.subarray(same));
    this.#hash.update(bytes);
    this.#position += bytes.length;
  }

  async save({ blockCount, state = new Uint8Array(0) }: CheckpointProgress): Promise<void> {
    const { durability, identity, intervalMs, signal } = this.#options;
    await this.#file.sync();
    const journal = { identity, sizeBytes: this.#position, sha256: this.#digest(), blockCount, state };
    await writeJournal(this.#path, journal, { durability, signal });
    this.#journal = journal;
    this.#dueAt = performance.now() + intervalMs;
  }

  async restore({ signal }: AbortOptions = {}): Promise<Uint8Array | undefined> {
    const journal = this.#journal;
    if (journal === undefined || journal.state.length === 0 || this.#keptBytes < journal.sizeBytes) return undefined;
    const before = { hash: this.#hash.copy(), position: this.#position };
    for await (const piece of this.keptPieces()) {
      signal?.throwIfAborted();
      this.#hash.update(piece);
      this.#position += piece.length;
      this.#options.onMoved?.();
    }
    if (this.#digest() === journal.sha256) return journal.state;
    this.#hash = before.hash;
    this.#position = before.position;
    await this.#giveUp('what is kept is not what was written');
    return undefined;
  }

  async *keptPieces(): AsyncGenerator<Uint8Array, void, undefined> {
    const piece = new Uint8Array(PIECE_BYTES);
    for (let at = this.#position; at < this.#keptBytes;) {
      const count = await this.#file.read(piece.subarray(0, Math.min(PIECE_BYTES, this.#keptBytes - at)), at);
      if (count === 0) return;
      yield piece.subarray(0, count);
      at += count;
    }
  }

  /** To be called after the last byte. Resolves to the SHA-256 of all, hexadecimal. */
  async seal(): Promise<string> {
    if (this.#position < this.#keptBytes) await this.#giveUp('what is kept is longer than the export');
    return this.#digest();
  }

  /** Puts the file in place. */
  async commit(): Promise<void> {
    await this.#file.commit();
    await this.#end();
  }

  /** Removes the file, which has served its purpose. */
  async discard(): Promise<void> {
    await this.#file.discard();
    await this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const journal = this.#journal;
    if (journal === undefined) await this.#file.discard();
    else if (await this.#file.keep()) this.#tellKept(journal);
    else await removeJournal(this.#path);
  }

  #tellKept({ sizeBytes, blockCount }: ExportJournal): void {
    this.#options.events.onKept?.({ path: `${this.#path}.partial`, sizeBytes, blockCount });
  }

  async #end(): Promise<void> {
    this.#ended = true;
    await removeJournal(this.#path);
  }

  #digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** How many bytes are there already, and the same. */
  async #compare(bytes: Uint8Array): Promise<number> {
    const length = Math.min(bytes.length, this.#keptBytes - this.#position);
    const there = new Uint8Array(length);
    const count = await this.#file.read(there, this.#position);
    if (count === length && Buffer.compare(there, bytes.subarray(0, length)) === 0) return length;
    await this.#giveUp('what is kept is not what belongs there');
    return 0;
  }

  /** Goes on writing from where it is now. */
  async #giveUp(reason: string): Promise<void> {
    // First: a journal never says more than the file has.
    await removeJournal(this.#path);
    this.#journal = undefined;
    await this.#file.cut(this.#position);
    this.#keptBytes = this.#position;
    this.#options.events.onGivenUp?.(reason);
  }
}

/** The journal, where the file can be gone on with; otherwise it says why not. */
async function usableJournal(
  path: string,
  file: PartialFile,
  { identity, events }: KeptOutputOptions,
): Promise<ExportJournal | undefined> {
  const journal = await readOrTell(path, events);
  if (journal === undefined) return undefined;
  const other = differenceOf(journal.identity, identity);
  const reason =
    other !== undefined
      ? `what is kept is of another export: another ${other}`
      : file.sizeBytes < journal.sizeBytes
        ? `${file.path} has less than its journal says`
        : undefined;
  if (reason === undefined) return journal;
  events.onGivenUp?.(reason);
  return undefined;
}

async function readOrTell(path: string, events: ResumeEvents): Promise<ExportJournal | undefined> {
  try {
    return await readJournal(path);
  } catch (error) {
    if (!(error instanceof ExportJournalInvalidError)) throw error;
    events.onGivenUp?.(error.message);
    return undefined;
  }
}

/** Removes what earlier runs have kept of the export to `path`. Resolves to how many bytes that were. */
export async function forgetKept(path: string, options: RemovePartialFileOptions = {}): Promise<number> {
  const { removedBytes, isLeft } = await removePartialFile(path, options);
  if (!isLeft) await removeJournal(path);
  return removedBytes;
}
