import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { type AbortOptions, type Durability, isErrnoException, WaybillError, writeFileAtomic } from '@waybill/common';
import type { ExportIdentity } from './export-identity.ts';

/** What is known about the kept part of an export. */
export interface ExportJournal {
  readonly identity: ExportIdentity;
  /** So much is on disk, and ends between two frames. */
  readonly sizeBytes: number;
  /** SHA-256 of it, hexadecimal. */
  readonly sha256: string;
  readonly blockCount: number;
  /** Of the walk; empty where it keeps none. */
  readonly state: Uint8Array;
}

/** The journal is not what was written: cut off, or changed. The export begins anew. */
export class ExportJournalInvalidError extends WaybillError {
  readonly path: string;

  constructor(path: string, problem: string, cause?: unknown) {
    super(`${path}: ${problem}`, { code: 'ERR_EXPORT_JOURNAL_INVALID', retryable: false, cause });
    this.path = path;
  }
}

const MAGIC = 'waybill-export-journal 1';
const LINE_END = 10;

/** Beside the partial file. */
export const journalPath = (path: string): string => `${path}.partial.journal`;

/** `MAGIC SHA256-OF-THE-REST`, a line of JSON, and the state. */
export function encodeJournal({ state, ...known }: ExportJournal): Uint8Array {
  const rest = Buffer.concat([Buffer.from(`${JSON.stringify(known)}\n`), state]);
  return Buffer.concat([Buffer.from(`${MAGIC} ${sha256(rest)}\n`), rest]);
}

/** @throws ExportJournalInvalidError. */
export function decodeJournal(bytes: Uint8Array, path: string): ExportJournal {
  const [head, rest] = cutLine(bytes, path);
  if (head !== `${MAGIC} ${sha256(rest)}`)
    throw new ExportJournalInvalidError(path, 'is no journal of this program, or was changed');
  const [json, state] = cutLine(rest, path);
  try {
    return { ...(JSON.parse(json) as Omit<ExportJournal, 'state'>), state };
  } catch (cause) {
    throw new ExportJournalInvalidError(path, 'its second line is no JSON', cause);
  }
}

/** The journal of the export to `path`; undefined when there is none. @throws ExportJournalInvalidError; any system error. */
export async function readJournal(path: string): Promise<ExportJournal | undefined> {
  const file = journalPath(path);
  try {
    return decodeJournal(await readFile(file), file);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Replaces the journal as a whole. */
export async function writeJournal(
  path: string,
  journal: ExportJournal,
  { durability, signal }: AbortOptions & { durability: Durability },
): Promise<void> {
  await writeFileAtomic(journalPath(path), encodeJournal(journal), { durability, signal });
}

export async function removeJournal(path: string): Promise<void> {
  await rm(journalPath(path), { force: true });
}

function cutLine(bytes: Uint8Array, path: string): [line: string, rest: Uint8Array] {
  const end = bytes.indexOf(LINE_END);
  if (end < 0) throw new ExportJournalInvalidError(path, 'is cut off');
  return [Buffer.from(bytes.subarray(0, end)).toString('utf8'), bytes.subarray(end + 1)];
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
