import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { decodeJournal, encodeJournal, journalPath } from '../../src/resume/journal.ts';

/** Makes the journal of an export say that all of `kept` is as it was written. */
export function resumeWith(target: string, kept: Uint8Array): void {
  const journal = decodeJournal(readFileSync(journalPath(target)), 'journal');
  const sha256 = createHash('sha256').update(kept).digest('hex');
  writeFileSync(journalPath(target), encodeJournal({ ...journal, sizeBytes: kept.length, sha256 }));
}
