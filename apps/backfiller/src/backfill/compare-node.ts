import { WaybillError } from '@waybill/common';
import { isHour, listingDigest, parseHour } from '@waybill/segments';
import type { QualityDigest } from '../archive/archive.ts';
import type { DigestTree } from '../remote/remote-node.ts';
import type { HourKey } from './hour-work.ts';
import { NodeHostileError } from './node-pass.ts';
import type { NodePass } from './node-pass.ts';
import type { NodeMemory } from './pass-memory.ts';

/** A channel and quality under comparison. */
interface Pair {
  readonly channel: string;
  readonly quality: string;
  /** `CHANNEL/QUALITY` */
  readonly key: string;
  /** Something is or will be left to do. */
  isOpen: boolean;
}

interface HourTask extends HourKey {
  readonly pair: Pair;
  readonly hourMicros: number;
  /** As the node claims; undefined for a wubloader node. */
  readonly remoteDigest: string | undefined;
}

/** A node whose listings all fail is given up after this many in a row, also without a circuit breaker. */
const MAX_FAILURES_IN_A_ROW = 5;
const HOUR_MICROS = 3_600_000_000;

/**
 * Finds what a node has and this archive lacks, and queues it: newest hour first over all channels and qualities. An
 * hour whose listing fails holds up no other. Resolves when everything is queued; rejects where the node has to be
 * given up.
 */
export const compareNode = async (pass: NodePass, memory: NodeMemory): Promise<void> => {
  const { node, session } = pass;
  const tree = await askDigest(pass, memory);
  if (tree === undefined) {
    session.batchNodes.delete(node.key);
    await compareByListings(pass);
  } else {
    if (session.parts.settings.batchSize > 1) session.batchNodes.add(node.key);
    await compareByDigests(pass, memory, tree);
  }
};

/** Undefined where the node is not one of ours. One that was at an earlier pass is not asked first whether it still is. */
const askDigest = async ({ node, signal }: NodePass, memory: NodeMemory): Promise<DigestTree | 'unchanged' | undefined> => {
  const known = memory.root?.digest;
  if (known === undefined && (await node.protocol({ signal })) === null) return undefined;
  try {
    return await node.digest(known, { signal });
  } catch (error) {
    if (!(error instanceof WaybillError) || error.code !== 'ERR_PROTOCOL_UNSUPPORTED') throw error;
    memory.root = undefined;
    return undefined;
  }
};

const pairsOf = (pass: NodePass): Pair[] => {
  const { channels, qualities } = pass.session.parts.settings;
  return channels.flatMap((channel) =>
    qualities.map((quality) => ({ channel, quality, key: `${channel}/${quality}`, isOpen: false })),
  );
};

/** A node of ours that did not change costs one request. */
const compareByDigests = async (pass: NodePass, memory: NodeMemory, tree: DigestTree | 'unchanged'): Promise<void> => {
  const { scope } = pass;
  const pairs = pairsOf(pass);
  if (tree !== 'unchanged') {
    const remote = pairs.map(({ key }) => [key, tree.children.get(key)] as const);
    memory.root = { digest: tree.digest, pairs: new Map(remote.filter((entry): entry is [string, string] => entry[1] !== undefined)) };
  }
  const digests = memory.root?.pairs ?? new Map<string, string>();
  const comparisons = pairs.map((pair) => new PairComparison(pass, memory, pair, digests.get(pair.key)));
  const tasks: HourTask[] = [];
  for (const comparison of comparisons) tasks.push(...(await attempt(pass, () => comparison.differingHours(), comparison.pair)));
  await compareHours(pass, tasks, memory);
  if (scope.dryRun || scope.only !== undefined) return;
  for (const comparison of comparisons) comparison.settle();
};

/** Tries one of several things that do not depend on one another. */
const attempt = async (pass: NodePass, work: () => Promise<HourTask[]>, pair: Pair): Promise<HourTask[]> => {
  try {
    return await work();
  } catch (error) {
    pair.isOpen = true;
    if (!isBearable(pass, error)) throw error;
    pass.tally.fault(error);
    return [];
  }
};

class PairComparison {
  readonly pair: Pair;
  readonly #pass: NodePass;
  readonly #memory: NodeMemory;
  readonly #remote: string | undefined;
  #local: QualityDigest | undefined;

  constructor(pass: NodePass, memory: NodeMemory, pair: Pair, remote: string | undefined) {
    this.#pass = pass;
    this.#memory = memory;
    this.pair = pair;
    this.#remote = remote;
  }

  /** The hours that differ and have not been settled as they are; empty where the node has nothing for us. */
  async differingHours(): Promise<HourTask[]> {
    const { session, node, signal, firstHourMicros, scope } = this.#pass;
    const { channel, quality, key } = this.pair;
    if (this.#remote === undefined) return [];
    const local = await session.parts.archive.qualityDigest(channel, quality, { signal });
    this.#local = local;
    if (local.digest === this.#remote) return [];
    const settled = { remote: this.#remote, local: local.digest, fromHourMicros: firstHourMicros };
    if (scope.only === undefined && this.#memory.isSettled(key, settled)) return [];
    const tree = await node.qualityDigest(channel, quality, { signal });
    this.#memory.keepHours(key, tree.children);
    const hours = eligibleHours(this.#pass, this.pair, tree.children.keys());
    const tasks = hours.map((hour) => taskOf(this.pair, hour, tree.children.get(hour.hour)));
    return tasks.filter((task) => !this.#isDone(task, local));
  }

  #isDone({ hour, remoteDigest = '' }: HourTask, local: QualityDigest): boolean {
    const localDigest = local.hours.get(hour)?.digest ?? listingDigest([]);
    if (localDigest === remoteDigest) return true;
    return this.#pass.scope.only === undefined && this.#memory.isHourSettled(this.pair.key, hour, remoteDigest, localDigest);
  }

  /** Remembers that nothing is left to do, where that is so. */
  settle(): void {
    if (this.pair.isOpen || this.#remote === undefined || this.#local === undefined) return;
    const { firstHourMicros } = this.#pass;
    this.#memory.settlePair(this.pair.key, { remote: this.#remote, local: this.#local.digest, fromHourMicros: firstHourMicros });
  }
}

const compareByListings = async (pass: NodePass): Promise<void> => {
  const { node, signal } = pass;
  const tasks: HourTask[] = [];
  for (const pair of pairsOf(pass)) {
    const list = async (): Promise<HourTask[]> => {
      const names = pass.accept(await node.listHours(pair.channel, pair.quality, { signal }));
      return eligibleHours(pass, pair, names).map((hour) => taskOf(pair, hour, undefined));
    };
    tasks.push(...(await attempt(pass, list, pair)));
  }
  await compareHours(pass, tasks, undefined);
};

interface EligibleHour {
  readonly hour: string;
  readonly hourMicros: number;
}

const taskOf = (pair: Pair, { hour, hourMicros }: EligibleHour, remoteDigest: string | undefined): HourTask => ({
  channel: pair.channel,
  quality: pair.quality,
  hour,
  hourMicros,
  pair,
  remoteDigest,
});

/** Hours between the start and now; others that the node names are left out, and counted. */
const eligibleHours = (pass: NodePass, pair: Pair, names: Iterable<string>): EligibleHour[] => {
  const { firstHourMicros, scope, tally, session } = pass;
  const lastHourMicros = session.parts.now() * 1000 + HOUR_MICROS;
  const eligible: EligibleHour[] = [];
  for (const hour of names) {
    if (!isHour(hour)) {
      tally.refusedNames += 1;
      continue;
    }
    const hourMicros = parseHour(hour);
    if (hourMicros > lastHourMicros) {
      session.accounts.skip(pass.node, tally.pair(pair.channel, pair.quality), 'future', `${pair.key}/${hour}`);
      pair.isOpen = true;
    } else if (hourMicros >= firstHourMicros && (scope.only?.({ channel: pair.channel, quality: pair.quality, hour }) ?? true)) eligible.push({ hour, hourMicros });
  }
  return eligible;
};

/** Lists and compares hours, newest first, a few at a time. */
const compareHours = async (pass: NodePass, tasks: HourTask[], memory: NodeMemory | undefined): Promise<void> => {
  const { listingConcurrency, maxQueuedPerNode } = pass.session.parts.settings;
  const queue = tasks.sort((a, b) => b.hourMicros - a.hourMicros).values();
  const limit = new FailureLimit(pass);
  const work = async (): Promise<void> => {
    // The workers share the iterator: each takes the newest hour that nobody has.
    for (const task of queue) {
      await pass.drain.below(maxQueuedPerNode);
      if (limit.isReached) return;
      await compareHour(pass, task, memory).then(
        () => limit.noteSuccess(),
        (error: unknown) => {
          task.pair.isOpen = true;
          limit.noteFailure(error);
        },
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(listingConcurrency, tasks.length) }, work));
  limit.throwIfReached();
};

/** Bears failures of single listings, up to a point. */
class FailureLimit {
  readonly #pass: NodePass;
  #inARow = 0;
  #last: { readonly error: unknown } | undefined;

  constructor(pass: NodePass) {
    this.#pass = pass;
  }

  get isReached(): boolean {
    return this.#last !== undefined || this.#pass.signal.aborted;
  }

  noteSuccess(): void {
    this.#inARow = 0;
  }

  noteFailure(error: unknown): void {
    this.#inARow += 1;
    if (this.#inARow >= MAX_FAILURES_IN_A_ROW || !isBearable(this.#pass, error)) this.#last ??= { error };
    else this.#pass.tally.fault(error);
  }

  throwIfReached(): void {
    this.#pass.signal.throwIfAborted();
    if (this.#last !== undefined) throw this.#last.error;
  }
}

const compareHour = async (pass: NodePass, task: HourTask, memory: NodeMemory | undefined): Promise<void> => {
  const { node, signal, scope } = pass;
  const { channel, quality, hour, pair, remoteDigest } = task;
  const listing = await node.listHour(channel, quality, hour, { signal });
  const names = pass.accept(listing);
  const plan = await pass.plan({ channel, quality, hour }, names);
  if (!plan.isSettled) pair.isOpen = true;
  else if (memory !== undefined && remoteDigest !== undefined && !scope.dryRun) {
    // The listing is newer than the digest. Where we know all names, their own digest is the one that was compared.
    memory.settleHour(pair.key, hour, listing.refused > 0 ? remoteDigest : listingDigest(names), plan.local.digest);
  }
};

/** Whether the rest of the pass may go on: not when all is ending, the node is on back-off, or it is hostile. */
const isBearable = (pass: NodePass, error: unknown): boolean => {
  if (pass.signal.aborted || error instanceof NodeHostileError) return false;
  const { circuit } = pass.node;
  return circuit === undefined || circuit.state === 'closed';
};
