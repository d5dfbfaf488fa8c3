import path from 'node:path';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Archive } from '../archive/archive.ts';
import { createBackfillMetrics } from './report/backfill-metrics.ts';
import type { BackfillNode } from './backfill-node.ts';
import type { BackfillReport } from './report/backfill-report.ts';
import { DEFAULT_SETTINGS } from './backfill-settings.ts';
import type { BackfillSettings } from './backfill-settings.ts';
import type { BackfillStart } from './pass/backfill-start.ts';
import { BadCopies } from './compare/bad-copies.ts';
import { freeBytesOf } from './fetch/disk-guard.ts';
import type { EngineParts } from './engine-parts.ts';
import type { HourKey } from './compare/hour-work.ts';
import { readPassMemory, writePassMemory } from './pass/pass-memory-file.ts';
import { runPasses } from './pass/run-passes.ts';
import { runSinglePass } from './pass/run-single-pass.ts';
import { tombstoneLimits, TOMBSTONE_WINDOW_MS, TombstoneLedger } from './compare/tombstone-ledger.ts';

export interface BackfillEngineInit {
  readonly archive: Archive;
  /** The nodes as they are now; asked once a second. The same node must stay the same object. */
  readonly nodes: () => readonly BackfillNode[];
  /** What is not given has the default of BackfillSettings. */
  readonly settings: Partial<BackfillSettings> & Pick<BackfillSettings, 'channels'>;
  readonly log: Logger;
  readonly registry: Registry;
  /** Holds passes.json: what earlier passes compared. */
  readonly stateDirectory: string;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
  /** Free bytes for this user where the archive is. Default: statfs. */
  readonly freeBytes?: () => Promise<number>;
}

export interface RunPassOptions {
  readonly signal?: AbortSignal | undefined;
  /** Compares and reports, writes nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Instead of the setting. */
  readonly start?: BackfillStart | undefined;
  /** Only these hours, whenever they were, and no extras: to refill what `verify` set aside. */
  readonly only?: ((key: HourKey) => boolean) | undefined;
}

export interface BackfillEngine {
  /**
   * One pass over all nodes at once. What could not be fetched does not reject: it is in the report, as is an abort.
   * Ends when the disk is full.
   */
  runPass(options?: RunPassOptions): Promise<BackfillReport>;
  /** Passes, live events and deletion of what is old, until the signal aborts; ends within 5 s of that. */
  run(signal: AbortSignal): Promise<void>;
}

/** Memory of earlier passes is read once, when it is first needed. */
export const createBackfillEngine = (init: BackfillEngineInit): BackfillEngine => {
  let parts: Promise<EngineParts> | undefined;
  const load = (): Promise<EngineParts> => (parts ??= createParts(init));
  return {
    async runPass({ signal = new AbortController().signal, dryRun = false, start, only } = {}) {
      const loaded = await load();
      const from = only === undefined ? (start ?? loaded.settings.start) : undefined;
      const scope = { dryRun, start: from, only, extras: only === undefined };
      return await runSinglePass({ parts: loaded, nodes: init.nodes(), scope, signal });
    },
    async run(signal) {
      await runPasses(await load(), init.nodes, signal);
    },
  };
};

const createParts = async (init: BackfillEngineInit): Promise<EngineParts> => {
  const { archive, log, registry, stateDirectory, now = Date.now } = init;
  const settings = { ...DEFAULT_SETTINGS, ...init.settings };
  const file = path.join(stateDirectory, 'passes.json');
  const memory = await readPassMemory(file, log);
  const tombstones = new TombstoneLedger(tombstoneLimits(settings), now);
  memory.forEachTombstones((nodeKey, window) => tombstones.restore(nodeKey, window));
  return {
    archive,
    settings,
    log,
    now,
    memory,
    tombstones,
    metrics: createBackfillMetrics(registry),
    freeBytes: init.freeBytes ?? (() => freeBytesOf(archive.baseDirectory)),
    badCopies: new BadCopies(now),
    saveMemory: async () => {
      memory.keepNodes(new Set(init.nodes().map(({ key }) => key)), now() - TOMBSTONE_WINDOW_MS);
      await writePassMemory(file, memory).catch((error: unknown) => {
        log.warn({ err: error, file }, 'The record of this pass could not be written. The next one compares more');
      });
    },
  };
};
