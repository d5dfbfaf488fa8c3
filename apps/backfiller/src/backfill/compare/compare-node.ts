import { WaybillError } from '@waybill/common';
import type { DigestTree } from '../../remote/remote-node.ts';
import { compareHours } from './compare-hours.ts';
import { isBearable } from '../fetch/failure-limit.ts';
import { hourTasks, pairsOf } from './hour-task.ts';
import type { HourTask, Pair } from './hour-task.ts';
import type { NodePass } from '../pass/node-pass.ts';
import { PairComparison } from './pair-comparison.ts';
import type { NodeMemory } from '../pass/pass-memory.ts';

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
const askDigest = async (
  { node, signal }: NodePass,
  memory: NodeMemory,
): Promise<DigestTree | 'unchanged' | undefined> => {
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

/** A node of ours that did not change costs one request. */
const compareByDigests = async (pass: NodePass, memory: NodeMemory, tree: DigestTree | 'unchanged'): Promise<void> => {
  const { scope } = pass;
  const pairs = pairsOf(pass);
  if (tree !== 'unchanged') {
    const asked = new Set(pairs.map(({ key }) => key));
    memory.root = { digest: tree.digest, pairs: new Map([...tree.children].filter(([key]) => asked.has(key))) };
  }
  const digests = memory.root?.pairs ?? new Map<string, string>();
  const comparisons = pairs.map((pair) => new PairComparison(pass, memory, pair, digests.get(pair.key)));
  const tasks: HourTask[] = [];
  for (const comparison of comparisons)
    tasks.push(...(await attempt(pass, () => comparison.differingHours(), comparison.pair)));
  await compareHours(pass, tasks, memory);
  if (scope.dryRun || scope.only !== undefined) return;
  for (const comparison of comparisons) comparison.settle();
};

const compareByListings = async (pass: NodePass): Promise<void> => {
  const { node, signal } = pass;
  const tasks: HourTask[] = [];
  for (const pair of pairsOf(pass)) {
    const list = async (): Promise<HourTask[]> => {
      const names = pass.accept(await node.listHours(pair.channel, pair.quality, { signal }));
      return hourTasks(pass, pair, names, () => undefined);
    };
    tasks.push(...(await attempt(pass, list, pair)));
  }
  await compareHours(pass, tasks, undefined);
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
