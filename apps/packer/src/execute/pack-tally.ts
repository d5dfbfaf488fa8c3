import type { ContentFacts, PackEntry, TargetProgress } from '../targets/pack-target.ts';
import type { PackCallbacks, PackProgress } from './pack-callbacks.ts';

/** How one file ended up. */
export interface EntryOutcome extends ContentFacts {
  readonly how: 'sent' | 'present';
}

/** Counts what a target tells, and passes it on. */
export class PackTally implements TargetProgress {
  readonly outcomes = new Map<string, EntryOutcome>();
  sentBytes = 0;
  retries = 0;
  readonly #callbacks: Required<PackCallbacks>;
  readonly #totalBytes: number;
  readonly #totalFiles: number;
  #doneBytes = 0;

  constructor(callbacks: Required<PackCallbacks>, totals: { readonly sizeBytes: number; readonly files: number }) {
    this.#callbacks = callbacks;
    this.#totalBytes = totals.sizeBytes;
    this.#totalFiles = totals.files;
  }

  bytesSent(bytes: number): void {
    this.sentBytes += bytes;
    this.#doneBytes += bytes;
    this.#callbacks.progress(this.#progress());
  }

  entryDone({ place }: PackEntry, how: 'sent' | 'present', facts: ContentFacts): void {
    this.outcomes.set(place, { ...facts, how });
    if (how === 'sent') this.#callbacks.fileSent(place, facts.sizeBytes);
    else {
      this.#doneBytes += facts.sizeBytes;
      this.#callbacks.fileSkipped(place, facts.sizeBytes);
    }
    this.#callbacks.progress(this.#progress());
  }

  retrying(error: unknown): void {
    this.retries += 1;
    this.#callbacks.retrying(error);
  }

  #progress(): PackProgress {
    return {
      // What is sent twice, and the small files of our own, would lead beyond the end.
      doneBytes: Math.min(this.#doneBytes, this.#totalBytes),
      totalBytes: this.#totalBytes,
      doneFiles: Math.min(this.outcomes.size, this.#totalFiles),
      totalFiles: this.#totalFiles,
    };
  }
}
