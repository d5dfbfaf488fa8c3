import { z } from 'zod';

/** An hour of a node that differs from ours, and of which everything is here that the node may give. */
const hourPair = z.tuple([z.string(), z.string()]);

const pairSchema = z.object({
  /** Digests of the node's and of our channel and quality when nothing was left to do. Absent: never so. */
  settled: z.object({ remote: z.string(), local: z.string(), fromHourMicros: z.number().nullable() }).optional(),
  /** By hour: the node's digest and ours, when nothing was left to do in it. Only hours in which they differ. */
  hours: z.record(z.string(), hourPair),
});

const nodeSchema = z.object({
  /** What the comparison depended on; memory made under other rules is void. */
  rules: z.string(),
  /** The node's root digest and what it stood for, so that the node can answer `unchanged`. */
  root: z.object({ digest: z.string(), pairs: z.record(z.string(), z.string()) }).optional(),
  pairs: z.record(z.string(), pairSchema),
  tombstones: z.object({ startedMs: z.number(), applied: z.number() }).optional(),
});

export const passesSchema = z.object({ version: z.literal(1), nodes: z.record(z.string(), nodeSchema) });

export type StoredPasses = z.infer<typeof passesSchema>;
type StoredNode = z.infer<typeof nodeSchema>;

export interface SettledPair {
  readonly remote: string;
  readonly local: string;
  /** -Infinity: from the first hour on. */
  readonly fromHourMicros: number;
}

/**
 * What is remembered of one node. Digests of both sides are kept: a node that did not change is done with one request,
 * unless something was lost here. Two healthy nodes may differ lawfully (spec 5), so equality alone is not enough.
 */
export class NodeMemory {
  readonly #stored: StoredNode;

  constructor(stored: StoredNode) {
    this.#stored = stored;
  }

  get root(): { digest: string; pairs: ReadonlyMap<string, string> } | undefined {
    const { root } = this.#stored;
    return root === undefined ? undefined : { digest: root.digest, pairs: new Map(Object.entries(root.pairs)) };
  }

  set root(root: { digest: string; pairs: ReadonlyMap<string, string> } | undefined) {
    if (root === undefined) delete this.#stored.root;
    else this.#stored.root = { digest: root.digest, pairs: Object.fromEntries(root.pairs) };
  }

  isSettled(pair: string, { remote, local, fromHourMicros }: SettledPair): boolean {
    const settled = this.#stored.pairs[pair]?.settled;
    if (settled === undefined) return false;
    return (
      settled.remote === remote && settled.local === local && (settled.fromHourMicros ?? -Infinity) <= fromHourMicros
    );
  }

  settlePair(pair: string, { remote, local, fromHourMicros }: SettledPair): void {
    const from = Number.isFinite(fromHourMicros) ? fromHourMicros : null;
    this.#pair(pair).settled = { remote, local, fromHourMicros: from };
  }

  isHourSettled(pair: string, hour: string, remote: string, local: string): boolean {
    const known = this.#stored.pairs[pair]?.hours[hour];
    return known !== undefined && known[0] === remote && known[1] === local;
  }

  settleHour(pair: string, hour: string, remote: string, local: string): void {
    this.#pair(pair).hours[hour] = [remote, local];
  }

  /** Forgets hours that the node no longer has. */
  keepHours(pair: string, hours: ReadonlyMap<string, unknown>): void {
    const stored = this.#stored.pairs[pair];
    if (stored === undefined) return;
    stored.hours = Object.fromEntries(Object.entries(stored.hours).filter(([hour]) => hours.has(hour)));
  }

  #pair(pair: string): StoredNode['pairs'][string] {
    return (this.#stored.pairs[pair] ??= { hours: {} });
  }
}

/** What is remembered of all nodes; stored as JSON. */
export class PassMemory {
  readonly #stored: StoredPasses;

  constructor(stored: StoredPasses = { version: 1, nodes: {} }) {
    this.#stored = stored;
  }

  /** Memory that was made under other rules is dropped; what was booked of tombstones stays. */
  node(key: string, rules: string): NodeMemory {
    const known = this.#stored.nodes[key];
    if (known?.rules === rules) return new NodeMemory(known);
    const { tombstones } = known ?? {};
    const fresh: StoredNode = { rules, pairs: {}, ...(tombstones === undefined ? {} : { tombstones }) };
    this.#stored.nodes[key] = fresh;
    return new NodeMemory(fresh);
  }

  forEachTombstones(visit: (nodeKey: string, window: { startedMs: number; applied: number }) => void): void {
    for (const [key, { tombstones }] of Object.entries(this.#stored.nodes))
      if (tombstones !== undefined) visit(key, tombstones);
  }

  setTombstones(key: string, window: { startedMs: number; applied: number }): void {
    const node = this.#stored.nodes[key];
    if (node !== undefined) node.tombstones = window;
  }

  /** Forgets nodes that are no longer listed, but for what they did with tombstones since `sinceMs`. */
  keepNodes(listed: ReadonlySet<string>, sinceMs: number): void {
    const kept = Object.entries(this.#stored.nodes).flatMap(([key, node]): [string, StoredNode][] => {
      if (listed.has(key)) return [[key, node]];
      const { tombstones } = node;
      const matters = tombstones !== undefined && tombstones.startedMs >= sinceMs;
      return matters ? [[key, { rules: '', pairs: {}, tombstones }]] : [];
    });
    this.#stored.nodes = Object.fromEntries(kept);
  }

  toJSON(): StoredPasses {
    return this.#stored;
  }
}
