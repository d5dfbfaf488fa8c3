import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { ensureDirectory, isErrnoException, writeFileAtomic } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { Logger } from 'pino';
import type { DirectoryState } from '../archive/directory-state.ts';
import type { CountsByType, HourCoverage } from './hour-coverage.ts';

/** What an hour was when it was read: it is not read again as long as both stay the same. */
export interface RememberedHour {
  /** Undefined where the directory had changed too shortly before to be told from a later content. */
  readonly state: DirectoryState | undefined;
  readonly tailBefore: string;
  readonly coverage: HourCoverage;
}

const VERSION = 1;

/** Reads what an earlier process knew. A missing file is an empty memory; a damaged one too, with a warning. */
export async function readCoverageMemory(
  file: string,
  log: Pick<Logger, 'warn'>,
): Promise<Map<string, RememberedHour>> {
  try {
    return parseMemory(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (!isErrnoException(error, 'ENOENT'))
      log.warn({ err: error, file }, 'What was known of the coverage is damaged. All hours are read anew');
    return new Map();
  }
}

/** Writes it as a whole or not at all. Not synced: after a power cut an old or no memory only costs time. */
export async function writeCoverageMemory(
  file: string,
  hours: ReadonlyMap<string, RememberedHour>,
  options?: AbortOptions,
): Promise<void> {
  const settled = [...hours].flatMap(([hour, { state, ...rest }]) =>
    state === undefined ? [] : [[hour, { ...rest, state: format(state) }]],
  );
  const text = JSON.stringify({ version: VERSION, hours: Object.fromEntries(settled) as unknown });
  await ensureDirectory(path.dirname(file), { durability: 'none', ...options });
  await writeFileAtomic(file, new TextEncoder().encode(text), { durability: 'none', ...options });
}

/** Looked at by hand: a schema for a week of hours would take as long as all the rest of a check in which nothing changed. */
function parseMemory(file: unknown): Map<string, RememberedHour> {
  const { version, hours } = objectOf(file);
  if (version !== VERSION) throw new TypeError(`version ${String(version)}, expected ${VERSION}`);
  return new Map(Object.entries(objectOf(hours)).map(([hour, entry]) => [hour, parseHour(entry)]));
}

function parseHour(entry: unknown): RememberedHour {
  const { state, tailBefore, coverage } = objectOf(entry);
  const { covered, full, usable, stored, overlaps, bad, tail } = objectOf(coverage);
  const isRight =
    typeof tailBefore === 'string' &&
    isArrayOf(state, isText) &&
    state.length === 3 &&
    isArrayOf(covered, isNumber) &&
    (full === undefined || isArrayOf(full, isNumber)) &&
    (usable === undefined || isArrayOf(usable, isNumber)) &&
    isCounts(stored) &&
    isCounts(overlaps) &&
    isNumber(bad) &&
    isArrayOf(tail, isText);
  if (!isRight) throw new TypeError('an hour of another shape');
  const [mtimeNs = '', ctimeNs = '', ino = ''] = state;
  const known = { covered, full, usable, stored, overlaps, bad, tail };
  return {
    tailBefore,
    coverage: known,
    state: { mtimeNs: BigInt(mtimeNs), ctimeNs: BigInt(ctimeNs), ino: BigInt(ino) },
  };
}

function isCounts(value: unknown): value is CountsByType {
  const { full, suspect, partial } = objectOf(value);
  return [full, suspect, partial].every((count) => isArrayOf(count, isNumber) && count.length === 2);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new TypeError('no object where one has to be');
  return value as Record<string, unknown>;
}

function isArrayOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function format({ mtimeNs, ctimeNs, ino }: DirectoryState): [string, string, string] {
  return [mtimeNs.toString(), ctimeNs.toString(), ino.toString()];
}
