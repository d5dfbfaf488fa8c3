import type { ConfigOf, Output } from '@waybill/cli-kit';
import { defineCommand, defineOptions, EXIT, UsageInvalidError, values } from '@waybill/cli-kit';
import { ensureDirectory, WaybillError } from '@waybill/common';
import { ARCHIVE_OPTIONS } from '../config/common-options.ts';
import { checkNodeConfig } from '../config/check-config.ts';
import { NODE_OPTIONS } from '../config/node-options.ts';
import { checkNode } from '../nodes/check-node.ts';
import type { NodeCheck } from '../nodes/check-node.ts';
import type { ClockSkew } from '../nodes/clock-skew.ts';
import { mergeNodes } from '../nodes/merge-nodes.ts';
import { createNodeEntry } from '../nodes/node-entry.ts';
import type { NodeEntry } from '../nodes/node-entry.ts';
import { nodeNameFor, rowInTheWay, urlToStore } from '../nodes/node-name.ts';
import type { NodeDatabase } from '../nodes/node-source.ts';
import { formatNodeTrust } from '../nodes/node-trust.ts';
import { configuredSources, createNodeClient, openConfiguredDatabase, tokenOf } from '../station/open-nodes.ts';
import { createContext } from '../station/program-context.ts';
import { statePaths } from '../station/state-directory.ts';

/** A segment lasts some seconds; clocks that differ by more make near-duplicates and holes of what fits. */
const MOST_SKEW_MS = 2000;

const ACTIONS = ['list', 'add', 'remove', 'check'] as const;

const TRUST_OPTION = defineOptions({
  trust: {
    schema: values.text(),
    value: 'TRUST',
    description: 'for add: any of tombstones, extras and replace joined by +, or none; default tombstones+extras',
  },
});

const OPTIONS = { ...ARCHIVE_OPTIONS, ...NODE_OPTIONS, ...TRUST_OPTION };

type Config = ConfigOf<typeof OPTIONS> & {
  readonly action: (typeof ACTIONS)[number] | undefined;
  readonly node: string | undefined;
  readonly name: string | undefined;
};

const NO_NODES = 'no nodes: add one with `nodes add URL`, or give --static-nodes, --node-file or --node-database';

/** All sources must answer here: who asks for the list wants to know what is wrong with it. */
async function entriesOf(config: Config, signal: AbortSignal, output: Output): Promise<readonly NodeEntry[]> {
  const sources = configuredSources(config, openConfiguredDatabase(config, statePaths(config)));
  const lists = await Promise.all(sources.map((source) => source.list({ signal })));
  for (const problem of lists.flatMap(({ problems }) => problems)) output.warn(problem);
  return mergeNodes(
    lists.map(({ entries }) => entries),
    { localhost: config.localhost },
  );
}

async function list(config: Config, signal: AbortSignal, output: Output): Promise<number> {
  const rows = (await entriesOf(config, signal, output)).map(({ name, url, trust }) => ({
    name,
    url,
    trust: formatNodeTrust(trust),
  }));
  if (rows.length === 0) output.info(NO_NODES);
  output.result(rows);
  return EXIT.ok;
}

async function database(config: Config): Promise<NodeDatabase> {
  const state = statePaths(config);
  if (config.nodeDatabase === undefined) await ensureDirectory(state.directory);
  const opened = openConfiguredDatabase(config, state, { create: true });
  if (opened === undefined) throw new UsageInvalidError('no node database: give --node-database');
  return opened;
}

/** A bad URL or trust is wrong use here: it was typed. */
function entryOf(url: string, { name, trust }: Config): NodeEntry {
  try {
    return createNodeEntry({ url, name, trust });
  } catch (error) {
    throw error instanceof WaybillError ? new UsageInvalidError(error.message) : error;
  }
}

async function add(config: Config, signal: AbortSignal, output: Output): Promise<number> {
  if (config.node === undefined)
    throw new UsageInvalidError('nodes add needs a URL: nodes add http://other:8000 [NAME]');
  const entry = entryOf(config.node, config);
  const nodes = await database(config);
  const rows = await nodes.rows({ signal });
  const { url, options } = urlToStore(config.node);
  const isNamed = config.name !== undefined || options.has('name');
  const name = isNamed ? entry.name : nodeNameFor(entry, rows);
  const replaced = rowInTheWay({ ...entry, name }, rows)?.url;
  await nodes.add({ name, url, backfillFrom: true, trust: config.trust ?? options.get('trust') }, { signal });
  const instead = replaced === undefined ? '' : `, in place of ${replaced}`;
  output.result(
    { added: name, url: entry.url, replaced: replaced ?? null },
    () => `${name} (${entry.url}) is in ${nodes.label}${instead}\n`,
  );
  return EXIT.ok;
}

async function remove(config: Config, signal: AbortSignal, output: Output): Promise<number> {
  if (config.node === undefined) throw new UsageInvalidError('nodes remove needs a name or a URL');
  const nodes = await database(config);
  const removed = await nodes.remove(config.node, { signal });
  const none = `${nodes.label} has no node ${JSON.stringify(config.node)}; \`nodes list\` shows those that there are\n`;
  output.result({ removed }, () => (removed.length === 0 ? none : `removed: ${removed.join(', ')}\n`));
  return removed.length === 0 ? EXIT.failed : EXIT.ok;
}

/** `+3.2 s`, with how sure that is; nothing where the clocks agree as far as can be told. */
function clockText(clock: ClockSkew | undefined): string | undefined {
  if (clock === undefined || Math.abs(clock.skewMs) <= clock.uncertaintyMs) return undefined;
  return `${clock.skewMs > 0 ? '+' : ''}${(clock.skewMs / 1000).toFixed(1)} s`;
}

function rowOf({ name, url, reachable, protocol, latencyMs, clock, error }: NodeCheck): Record<string, unknown> {
  const speaks = protocol === undefined ? undefined : protocol === null ? 'wubloader' : `waybill ${String(protocol)}`;
  const problem = reachable ? undefined : error instanceof Error ? error.message : String(error);
  const latency = latencyMs === undefined ? undefined : Math.round(latencyMs * 10) / 10;
  const answers = reachable ? 'yes' : 'no';
  return {
    name,
    url,
    answers,
    speaks,
    'latency ms': latency,
    'clock off': clockText(clock),
    ...(problem && { problem }),
  };
}

async function check(config: Config, signal: AbortSignal, output: Output): Promise<number> {
  const client = createNodeClient(config, createContext(config, output));
  try {
    const entries = await entriesOf(config, signal, output);
    const checks = await Promise.all(
      entries.map((entry) => checkNode(entry, { client, token: tokenOf(config, entry), signal })),
    );
    if (checks.length === 0) output.info(NO_NODES);
    output.result(checks.map(rowOf));
    for (const { name, clock } of checks) {
      if (clock !== undefined && Math.abs(clock.skewMs) > MOST_SKEW_MS)
        output.warn(`the clock of ${name} differs by ${clockText(clock) ?? ''}: times of segments will not fit`);
    }
    return checks.every(({ reachable }) => reachable) ? EXIT.ok : EXIT.incomplete;
  } finally {
    await client.close();
  }
}

const RUN = { list, add, remove, check };

export const nodesCommand = defineCommand({
  name: 'nodes',
  description: 'List, add, remove or check the nodes that are backfilled from.',
  arguments: {
    action: { schema: values.oneOf(ACTIONS), optional: true, description: 'list (default), add, remove or check' },
    node: { schema: values.text(), optional: true, description: 'for add: the URL; for remove: the name or the URL' },
    name: {
      schema: values.text(),
      optional: true,
      description: 'for add: what it is called; default the host name, or the URL where that is taken',
    },
  },
  options: OPTIONS,
  examples: [
    {
      command: 'nodes add http://other:8000 other --base-dir /data',
      description: 'from now on, backfill from this node too',
    },
    {
      command: 'nodes check --base-dir /data',
      description: 'contact each: does it answer, what does it speak, how far off is its clock',
    },
  ],
  async run(signal, config, output) {
    checkNodeConfig(config);
    return RUN[config.action ?? 'list'](config, signal, output);
  },
});
