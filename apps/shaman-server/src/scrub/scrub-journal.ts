import { readFile } from 'node:fs/promises';
import { isErrnoException, writeFileAtomic } from '@waybill/common';
import { z } from 'zod';

const count = z.number().int().nonnegative();

const scrubState = z.object({
  /** When the last pass came to its end, in milliseconds since 1970. */
  finishedAtMs: count.optional(),
  /** How far the pass has come that was broken off. Everything below `digest` (hex) has been checked. */
  position: z.object({ startedAtMs: count, digest: z.string(), checkedBlobs: count, checkedBytes: count }).optional(),
});

export type ScrubState = z.infer<typeof scrubState>;
export type ScrubPosition = NonNullable<ScrubState['position']>;

/** Where a scrubber notes how far it has come. What is lost of it costs reading some files again, and nothing else. */
export interface ScrubJournal {
  read(): Promise<ScrubState>;
  write(state: ScrubState): Promise<void>;
}

/** Forgets at the end of the process. */
export function createMemoryScrubJournal(): ScrubJournal {
  let known: ScrubState = {};
  return {
    read: () => Promise.resolve(known),
    write: (state) => {
      known = structuredClone(state);
      return Promise.resolve();
    },
  };
}

/** A file that need not survive a power cut. One that cannot be understood is as none. */
export function createFileScrubJournal(path: string): ScrubJournal {
  return {
    read: () => readState(path),
    async write(state) {
      await writeFileAtomic(path, Buffer.from(`${JSON.stringify(state)}\n`), { durability: 'none' });
    },
  };
}

async function readState(path: string): Promise<ScrubState> {
  try {
    return scrubState.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? {};
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || error instanceof SyntaxError) return {};
    throw error;
  }
}
