import { rmSync } from 'node:fs';
import path from 'node:path';
import type { ExportRule } from '../../src/walk/export-rule.ts';
import { type ExportedSnapshot, exportSnapshot } from '../../src/export/export-snapshot.ts';
import { openCarV2Sink } from '../../src/output/car-v2-sink.ts';
import { openFileSink } from '../../src/output/export-sink.ts';
import { identityOf } from '../../src/resume/export-identity.ts';
import type { ResumeEvents } from '../../src/resume/kept-output.ts';
import type { ChainPart, ChainSource } from '../../src/store/chain-source.ts';

export interface BreakableExport {
  readonly source: ChainSource;
  readonly head: readonly Uint8Array[];
  readonly rule: ExportRule;
  readonly except?: ChainPart | undefined;
  readonly target: string;
  readonly workers?: number;
  readonly format?: 'car' | 'carv2';
  readonly snapshotVersion?: 1 | 2;
  /** It is broken off when so many steps of the walk were made; default: never. */
  readonly steps?: number;
  /** Default true. */
  readonly resume?: boolean;
  /** From one checkpoint to the next; default 0: wherever there can be one. */
  readonly intervalMs?: number;
}

/** What a run has said and done. */
export interface BrokenExport {
  readonly exported: ExportedSnapshot | undefined;
  readonly steps: number;
  readonly events: readonly string[];
}

class Broken extends Error {}

/** One run of an export, which may be broken off. */
export async function runExport(init: BreakableExport): Promise<BrokenExport> {
  const { source, head, rule, except, target, workers = 1, format = 'car', snapshotVersion = 1 } = init;
  const abort = new AbortController();
  const events: string[] = [];
  let steps = 0;
  const identity = identityOf({ source, head, rule, except, snapshotVersion: String(snapshotVersion) });
  const resume = { identity, intervalMs: init.intervalMs ?? 0, events: noted(events) };
  const sinkOptions = { durability: 'none', checksum: true, force: false } as const;
  const open = format === 'car' ? openFileSink : openCarV2Sink;
  try {
    const exported = await exportSnapshot(
      {
        ...{ source, head, rule, except, range: { tailHeight: 0, headHeight: 0 } },
        settings: { format, snapshotVersion, writeBufferBytes: 4096, level: 3, workers, verify: false },
        openSink: ({ signal }) => open(target, { ...sinkOptions, signal, ...(init.resume !== false && { resume }) }),
        onStatus: () => {
          steps += 1;
          if (steps === init.steps) abort.abort(new Broken());
        },
      },
      { signal: abort.signal },
    );
    return { exported, steps, events };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { exported: undefined, steps, events };
  }
}

function noted(events: string[]): ResumeEvents {
  return {
    onResumed: () => events.push('resumed'),
    onGivenUp: (reason) => events.push(`given up: ${reason}`),
    onKept: () => events.push('kept'),
  };
}

/** Removes all that there is of an export. */
export function removeExport(target: string): void {
  for (const end of ['', '.sha256sum', '.partial', '.partial.journal']) rmSync(target + end, { force: true });
}

export const partialOf = (target: string): string => `${target}.partial`;
export const journalOf = (target: string): string => `${target}.partial.journal`;
export const namesOf = (target: string, names: readonly string[]): string[] =>
  names.filter((name) => name.startsWith(path.basename(target))).toSorted();
