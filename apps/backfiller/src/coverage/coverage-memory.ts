import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { ensureDirectory, isErrnoException, writeFileAtomic } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { DirectoryState } from '../archive/directory-state.ts';
import type { HourCoverage } from './hour-coverage.ts';

/** What an hour was when it was read: it is not read again as long as both stay the same. */
export interface RememberedHour {
  /** Undefined where the directory had changed too shortly before to be told from a later content. */
  readonly state: DirectoryState | undefined;
  readonly tailBefore: string;
  readonly coverage: HourCoverage;
}

const count = z.tuple([z.number(), z.number()]);
const counts = z.object({ full: count, suspect: count, partial: count });
const ranges = z.array(z.number());
const hourSchema = z.object({
  state: z.tuple([z.string(), z.string(), z.string()]),
  tailBefore: z.string(),
  coverage: z.object({
    covered: ranges,
    full: ranges.optional(),
    usable: ranges.optional(),
    stored: counts,
    overlaps: counts,
    bad: z.number(),
    tail: z.array(z.string()),
  }),
});
const fileSchema = z.object({ version: z.literal(1), hours: z.record(z.string(), hourSchema) });

/** Reads what an earlier process knew. A missing file is an empty memory; a damaged one too, with a warning. */
export async function readCoverageMemory(
  file: string,
  log: Pick<Logger, 'warn'>,
): Promise<Map<string, RememberedHour>> {
  try {
    const { hours } = fileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return new Map(Object.entries(hours).map(([hour, { state, ...rest }]) => [hour, { ...rest, state: parse(state) }]));
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
  const text = JSON.stringify({ version: 1, hours: Object.fromEntries(settled) as unknown });
  await ensureDirectory(path.dirname(file), { durability: 'none', ...options });
  await writeFileAtomic(file, new TextEncoder().encode(text), { durability: 'none', ...options });
}

function parse([mtimeNs, ctimeNs, ino]: [string, string, string]): DirectoryState {
  return { mtimeNs: BigInt(mtimeNs), ctimeNs: BigInt(ctimeNs), ino: BigInt(ino) };
}

function format({ mtimeNs, ctimeNs, ino }: DirectoryState): [string, string, string] {
  return [mtimeNs.toString(), ctimeNs.toString(), ino.toString()];
}
