import path from 'node:path';
import type { Durability } from '@waybill/common';
import type { Archive } from '../archive/archive.ts';
import type { CoverageConfig } from '../config/coverage-options.ts';
import type { ProgramContext } from '../station/program-context.ts';
import { CoverageCache } from './coverage-cache.ts';
import { CoverageChecks } from './coverage-checks.ts';
import { CoverageFiles } from './coverage-files.ts';
import { createCoverageMetrics } from './coverage-metrics.ts';
import type { PageNode } from './coverage-page.ts';

export interface CoverageInit {
  readonly config: CoverageConfig & {
    readonly channels: readonly string[];
    readonly qualities: readonly string[];
    readonly durability: Durability;
  };
  readonly context: ProgramContext;
  readonly archive: Archive;
  readonly stateDirectory: string;
  /** The other nodes of this moment. */
  readonly nodes: () => readonly PageNode[];
}

export interface OpenedCoverage {
  readonly cache: CoverageCache;
  readonly checks: CoverageChecks;
}

/** What `coverage` and `run` stand on. */
export function openCoverage({ config, context, archive, stateDirectory, nodes }: CoverageInit): OpenedCoverage {
  const { firstHour, lastHour, makePage, durability, channels, qualities } = config;
  const { logger: log, registry } = context;
  const cache = new CoverageCache({ archive, stateDirectory, log });
  const files = new CoverageFiles({
    ...{ firstHour, lastHour, durability },
    outputDirectory: path.resolve(archive.baseDirectory, config.outputDir),
    nodes: makePage ? () => withThisNode(nodes()) : undefined,
  });
  const metrics = createCoverageMetrics(registry);
  return { cache, checks: new CoverageChecks({ channels, qualities, cache, files, metrics, log }) };
}

/** By name, as the original has them, and this one first. */
function withThisNode(nodes: readonly PageNode[]): PageNode[] {
  return [{ name: 'this node' }, ...nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1))];
}
