import type { AbortOptions } from '@waybill/common';
import type { FilePath } from '../paths/file-path.ts';
import type { PlaceNames } from '../plan/place-bytes.ts';

/** What is known of a content once all of it was seen. */
export interface ContentFacts {
  readonly sizeBytes: number;
  /** SHA-256, 64 lower-case hex digits; undefined where nobody had a reason to compute it. */
  readonly sha256?: string | undefined;
}

export interface HashedFacts extends ContentFacts {
  readonly sha256: string;
}

export interface OpenEntryOptions extends AbortOptions {
  /** The first byte that is wanted; default 0. */
  start?: number | undefined;
  /** All pieces may come in one buffer, one after the other: for a receiver that is done with one when it asks for the next. */
  reuse?: boolean | undefined;
}

/** One file of a pack, on its way. */
export interface PackEntry {
  /** Where it goes: valid UTF-8, with `/`, relative to the pack, without `.` and `..`; see {@link PackTarget.names}. */
  readonly place: string;
  /** The file that it is, or is made from. */
  readonly source: FilePath | undefined;
  /** Undefined where it comes out only in the end: a .blend file that is compressed anew. */
  readonly sizeBytes: number | undefined;
  /** Length and SHA-256, from the cache or by reading all of it. */
  digest(options?: AbortOptions): Promise<HashedFacts>;
  /** The content; may be called any number of times. Each piece is the receiver's until it asks for the next one. */
  open(options?: OpenEntryOptions): AsyncIterable<Uint8Array>;
}

/** What a target tells while it works. */
export interface TargetProgress {
  /** So many more bytes went out. */
  bytesSent(bytes: number): void;
  /** The target has this entry as durable as asked for; `present`: it had it before, and nothing was sent. */
  entryDone(entry: PackEntry, how: 'sent' | 'present', facts: ContentFacts): void;
  /** Something failed and is tried again. */
  retrying(error: unknown): void;
}

export interface SendOptions extends AbortOptions {
  /** Entries that are worked on at a time, where the target can do that. */
  readonly concurrency: number;
  readonly progress: TargetProgress;
}

/** What a pack is sent as. */
export interface Cargo {
  /** In the order of their places. */
  readonly entries: readonly PackEntry[];
  /**
   * What closes the pack: the file that names the one to open, and the manifest. A target MUST call it once, when `entryDone`
   * was called for all `entries` or the `digest` of each has resolved, and put these in place after all others.
   */
  readonly closing: () => Promise<readonly PackEntry[]>;
}

/** How a pack ended up. */
export interface SentPack {
  /** For people, and for whoever opens it: a folder, a file, a URL; without credentials. */
  readonly location: string;
  /** What only this kind of target knows; plain data. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Where a pack goes. One is for one pack. */
export interface PackTarget {
  /** As it may be shown: without credentials. */
  readonly name: string;
  readonly kind: 'folder' | 'zip' | 's3' | 'shaman';
  /** What a plan for it may have for places. `bytes`: also such with `\xNN`, a byte that is no UTF-8. Default `utf8`. */
  readonly names?: PlaceNames | undefined;
  /**
   * Looks whether the pack can go there; MUST NOT change anything that could be seen there. `entries` are what
   * will be written. Throws PackTargetInvalidError.
   */
  prepare(entries: readonly PackEntry[], options?: AbortOptions): Promise<void>;
  /**
   * Brings everything there. Resolves when all of it is as durable as asked for. After a failure or an abort nothing half
   * MAY stand under a final name, and nothing more is modified.
   */
  send(cargo: Cargo, options: SendOptions): Promise<SentPack>;
}
