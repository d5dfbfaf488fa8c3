import { createBackfillEngine } from '../backfill/backfill-engine.ts';
import type { BackfillEngine } from '../backfill/backfill-engine.ts';
import type { BackfillNode } from '../backfill/backfill-node.ts';
import type { Archive } from '../archive/archive.ts';
import { checkBackfillConfig, checkNodeConfig } from '../config/check-config.ts';
import type { NodeConfig } from '../config/node-options.ts';
import { toSettings } from '../config/to-settings.ts';
import type { BackfillConfig, Wanted } from '../config/to-settings.ts';
import { openNodes } from './open-nodes.ts';
import type { ProgramContext } from './program-context.ts';
import type { StatePaths } from './state-directory.ts';

/** Listings and events run beside the contents. */
const CONNECTIONS_BESIDE_CONTENT = 4;

export type EngineConfig = BackfillConfig & NodeConfig & Wanted;

export interface EngineInit {
  readonly config: EngineConfig;
  readonly context: ProgramContext;
  readonly archive: Archive;
  readonly state: StatePaths;
}

export interface OpenedEngine extends AsyncDisposable {
  readonly engine: BackfillEngine;
  /** The nodes of this moment. */
  readonly nodes: () => readonly BackfillNode[];
  /** Starts to refresh the list of nodes; resolves when each source has answered or failed once, after 5 s at most. */
  readonly startNodes: (signal: AbortSignal) => Promise<void>;
}

/** Everything that is wrong with the configuration shows before anything is opened. Throws UsageInvalidError and others. */
export function checkEngineConfig(config: EngineConfig): void {
  checkBackfillConfig(config);
  checkNodeConfig(config);
  toSettings(config, config);
}

/** The engine with its nodes: what `backfill`, `run` and the refill of `verify` stand on. */
export function openEngine({ config, context, archive, state }: EngineInit): OpenedEngine {
  const { logger: log, registry } = context;
  const { maxBytesPerSecond, maxSegmentBytes, maxExtraBytes } = config;
  const connectionsPerNode = config.downloadConcurrency + CONNECTIONS_BESIDE_CONTENT;
  const nodes = openNodes({
    ...context,
    config,
    state,
    connectionsPerNode,
    maxBytesPerSecond,
    maxSegmentBytes,
    maxExtraBytes,
  });
  const settings = toSettings(config, config);
  const engine = createBackfillEngine({
    archive,
    settings,
    nodes: nodes.nodes,
    log,
    registry,
    stateDirectory: state.directory,
  });
  return {
    engine,
    nodes: nodes.nodes,
    startNodes: (signal) => nodes.start({ signal }),
    [Symbol.asyncDispose]: () => nodes.close(),
  };
}

/** Runs passes until the signal. A list of nodes that is slow to answer does not hold up the nodes that are known. */
export async function runEngine({ engine, startNodes }: OpenedEngine, signal: AbortSignal): Promise<void> {
  await Promise.all([
    engine.run(signal),
    startNodes(signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
  ]);
}
