import { existsSync, readFileSync } from 'node:fs';
import type { AbortOptions } from '@waybill/common';
import type { ConfigOf } from '@waybill/cli-kit';
import { createHttpClient } from '@waybill/http-kit';
import type { ClientTls, HttpClient } from '@waybill/http-kit';
import { Counter, Gauge } from 'prom-client';
import type { NODE_OPTIONS } from '../config/node-options.ts';
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
import { VERSION } from './version.ts';

export type NodeConfig = ConfigOf<typeof NODE_OPTIONS>;

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

const READ_PEM = (file: string | undefined): Buffer | undefined =>
  file === undefined ? undefined : readFileSync(file);

function clientTls({ nodeCa, nodeCert, nodeKey }: NodeConfig): ClientTls | undefined {
  if (nodeCa === undefined && nodeCert === undefined) return undefined;
  return { ca: READ_PEM(nodeCa), cert: READ_PEM(nodeCert), key: READ_PEM(nodeKey) };
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
    metricsRegistry: registry,
    tls: clientTls(config),
  });
}

export function tokenOf(config: NodeConfig, { name, url }: NodeEntry): string | undefined {
  const pair = config.nodeTokens.find((text) => text.startsWith(`${name}=`) || text.startsWith(`${url}=`));
  return pair?.slice(pair.startsWith(`${url}=`) ? url.length + 1 : name.length + 1);
}

/** Names the nodes of the configuration and keeps the list fresh; each comes with its limits and circuit breaker. */
export function openNodes(init: NodesInit): OpenedNodes {
  const { config, logger, registry: metrics, maxBytesPerSecond } = init;
  const client = createNodeClient(config, init, init.connectionsPerNode);
  const bucket = maxBytesPerSecond > 0 ? new TokenBucket({ bytesPerSecond: maxBytesPerSecond }) : undefined;
  const database = openConfiguredDatabase(config, init.state);
  const errors = new Counter({
    name: 'node_list_errors_total',
    help: 'Failed refreshes of the list of nodes',
    registers: [metrics],
  });
  const open = new Gauge({
    name: 'node_circuit_open',
    help: '1 while a node is on back-off',
    labelNames: ['remote'],
    registers: [metrics],
  });
  const hostileActs = new Counter({
    name: 'node_hostile_acts_total',
    help: 'Times that a node was put on its longest back-off for what no honest node does',
    labelNames: ['remote'],
    registers: [metrics],
  });
  const onStateChange = (change: CircuitChange): void => {
    open.set({ remote: change.node }, change.state === 'open' ? 1 : 0);
    if (change.reason === 'hostile') hostileActs.inc({ remote: change.node });
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
    onListError: () => errors.inc(),
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
