import type { AbortOptions } from '@waybill/common';
import type { ContentFacts, OpenEntryOptions, PackEntry } from '../targets/pack-target.ts';

export interface EntryWatch {
  /** Before the first bytes are read to be sent. */
  opened(entry: PackEntry): void;
  /** Length and digest are known. */
  digested(entry: PackEntry, facts: ContentFacts): void;
}

/** The same entry, for one who wants to know what is done with it. */
export function watchedEntry(entry: PackEntry, watch: EntryWatch): PackEntry {
  const { place, source, sizeBytes } = entry;
  return {
    ...{ place, source, sizeBytes },
    async digest(options?: AbortOptions) {
      const facts = await entry.digest(options);
      watch.digested(entry, facts);
      return facts;
    },
    open(options?: OpenEntryOptions) {
      watch.opened(entry);
      return entry.open(options);
    },
  };
}
