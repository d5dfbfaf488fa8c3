import { existsSync } from 'node:fs';
import type { AbortOptions } from '@waybill/common';
import { createClientMetrics, createHttpClient } from '@waybill/http-kit';
import type { ClientTls, HttpClient } from '@waybill/http-kit';
import type { NodeConfig } from '../config/node-options.ts';
import type { BackfillNode } from '../backfill/backfill-node.ts';
import { createFileNodeSource } from '../nodes/file-node-source.ts';
import type { NodeEntry } from '../nodes/node-entry.ts';
import { createNodeRegistry } from '../nodes/node-registry.ts';
import type { NodeRegistry } from '../nodes/node-registry.ts';
import { openNodeDatabase } from '../nodes/open-node-database.ts';
import type { NodeDatabase, NodeSource } from '../nodes/node-source.ts';
import { createStaticNodeSource } from '../nodes/static-node-source.ts';
import type { CircuitChange } from '../remote/circuit-breaker.ts';
import { createHttpRemoteNode } from '../remote/http-remote-node.ts';
import { logCircuitChange } from '../remote/log-circuit-change.ts';
import type { RemoteNode } from '../remote/remote-node.ts';
import { TokenBucket } from '../remote/token-bucket.ts';
import { withCircuitBreaker } from '../remote/with-circuit-breaker.ts';
import { withRateLimit } from '../remote/with-rate-limit.ts';
import type { StatePaths } from './state-directory.ts';
import { NodeConnections } from './node-connections.ts';
import type { ProgramContext } from './program-context.ts';
import { createNodeMetrics } from './node-metrics.ts';
import { readPem } from './read-pem.ts';
import { VERSION } from './version.ts';

export interface NodesInit extends ProgramContext {
  readonly config: NodeConfig;
  readonly state: StatePaths;
  /** 0: no limit. */
  readonly maxBytesPerSecond: number;
  readonly maxSegmentBytes: number;
  readonly maxExtraBytes: number;
  /** Connections to one node: content, listings and events at a time. */
  readonly connectionsPerNode: number;
}

export interface OpenedNodes {
  /** The nodes of this moment; the same object for a node as long as it stays in the lists. */
  readonly nodes: () => readonly BackfillNode[];
  readonly registry: NodeRegistry;
  start(options?: AbortOptions): Promise<void>;
  close(): Promise<void>;
}

const pemOf = (flag: string, file: string | undefined): Buffer | undefined =>
  file === undefined ? undefined : readPem(flag, file);

function clientTls({ nodeCa, nodeCert, nodeKey }: NodeConfig): ClientTls | undefined {
  if (nodeCa === undefined && nodeCert === undefined) return undefined;
  return {
    ca: pemOf('--node-ca', nodeCa),
    cert: pemOf('--node-cert', nodeCert),
    key: pemOf('--node-key', nodeKey),
  };
}

/** The database that the flags name; without a flag the one of the state folder, where `nodes add` has made one. */
export function openConfiguredDatabase(
  { nodeDatabase }: NodeConfig,
  state: StatePaths,
  { create = false } = {},
): NodeDatabase | undefined {
  if (nodeDatabase !== undefined) return openNodeDatabase(nodeDatabase);
  return create || existsSync(state.nodesDatabase) ? openNodeDatabase(`sqlite:${state.nodesDatabase}`) : undefined;
}

/** All sources of the configuration; later ones win. */
export function configuredSources(config: NodeConfig, database: NodeDatabase | undefined): NodeSource[] {
  const sources: NodeSource[] = [];
  if (config.staticNodes.length > 0) sources.push(createStaticNodeSource(config.staticNodes));
  if (config.nodeFile !== undefined) sources.push(createFileNodeSource(config.nodeFile));
  if (database !== undefined) sources.push(database);
  return sources;
}

/** Whether the configuration names any node, or any list of nodes. */
export function hasNodes(config: NodeConfig, state: StatePaths): boolean {
  return configuredSources(config, openConfiguredDatabase(config, state)).length > 0;
}

export function createNodeClient(
  config: NodeConfig,
  { registry }: Pick<ProgramContext, 'registry'>,
  connectionsPerNode = 10,
): HttpClient {
  return createHttpClient({
    userAgent: `waybill-backfiller/${VERSION}`,
    maxConnectionsPerOrigin: connectionsPerNode,
    metrics: createClientMetrics(registry),
    tls: clientTls(config),
  });
}

export function tokenOf(config: NodeConfig, { name, url }: NodeEntry): string | undefined {
  const pair = config.nodeTokens.find((text) => text.startsWith(`${name}=`) || text.startsWith(`${url}=`));
  return pair?.slice(pair.startsWith(`${url}=`) ? url.length + 1 : name.length + 1);
}

/** Names the nodes of the configuration and keeps the list fresh; each comes with its limits and circuit breaker. */
export function openNodes(init: NodesInit): OpenedNodes {
  const { config, logger, maxBytesPerSecond } = init;
  const client = createNodeClient(config, init, init.connectionsPerNode);
  const bucket = maxBytesPerSecond > 0 ? new TokenBucket({ bytesPerSecond: maxBytesPerSecond }) : undefined;
  const database = openConfiguredDatabase(config, init.state);
  const metrics = createNodeMetrics(init.registry);
  const onStateChange = (change: CircuitChange): void => {
    metrics.noteCircuit(change);
    logCircuitChange(logger, change);
  };
  const connect = (entry: NodeEntry): BackfillNode => {
    const limits = { maxSegmentBytes: init.maxSegmentBytes, maxExtraBytes: init.maxExtraBytes };
    const plain: RemoteNode = createHttpRemoteNode({ ...entry, client, limits, token: tokenOf(config, entry) });
    return withCircuitBreaker(bucket === undefined ? plain : withRateLimit(plain, bucket), { onStateChange });
  };
  const registry = createNodeRegistry({
    sources: configuredSources(config, database),
    localhost: config.localhost,
    log: logger,
    onListError: metrics.noteListError,
  });
  registry.onChange(({ removed }) => {
    for (const { name } of removed) metrics.forget(name);
  });
  const connections = new NodeConnections(connect);
  return {
    nodes: () => connections.of(registry.nodes),
    registry,
    start: (options) => registry.start(options),
    async close() {
      await registry.stop();
      await client.close();
    },
  };
}
