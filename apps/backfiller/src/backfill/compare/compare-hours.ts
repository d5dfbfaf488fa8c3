import { listingDigest } from '@waybill/segments';
import { FailureLimit } from '../fetch/failure-limit.ts';
import type { HourTask } from './hour-task.ts';
import type { NodePass } from '../pass/node-pass.ts';
import type { NodeMemory } from '../pass/pass-memory.ts';

/** Lists and compares hours, newest first, a few at a time; one that fails holds up no other. */
export const compareHours = async (
  pass: NodePass,
  tasks: HourTask[],
  memory: NodeMemory | undefined,
): Promise<void> => {
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
