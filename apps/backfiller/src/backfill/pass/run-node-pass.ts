import type { BackfillNode } from '../backfill-node.ts';
import { alertTombstones, applyTombstones } from '../compare/apply-tombstones.ts';
import { compareExtras } from '../compare/compare-extras.ts';
import { compareNode } from '../compare/compare-node.ts';
import { NodePass } from './node-pass.ts';
import type { PassScope } from './node-pass.ts';
import type { NodeTally } from '../report/node-tally.ts';
import { NodeMemory } from './pass-memory.ts';
import type { Session } from './session.ts';

/** What earlier comparisons depend on: with other rules, what was settled may not be, and other digests are of interest. */
const rulesOf = (session: Session, { trust }: BackfillNode): string => {
  const { channels, qualities, maxSegmentSeconds } = session.parts.settings;
  return JSON.stringify({ rules: 1, ...trust, maxSegmentSeconds, channels, qualities });
};

/** A refill looks at a few hours, whatever was settled there, and leaves no trace. */
const memoryOf = ({ session, node, scope }: NodePass): NodeMemory => {
  if (scope.only !== undefined) return new NodeMemory({ rules: '', pairs: {} });
  return session.parts.memory.node(node.key, rulesOf(session, node));
};

/**
 * One pass over one node: compares, queues, and waits until all that was queued is settled. Does not reject: what went
 * wrong is in the tally.
 */
export const runNodePass = async (session: Session, node: BackfillNode, scope: PassScope): Promise<NodeTally> => {
  const pass = new NodePass(session, node, scope);
  let tombstonesAdmitted = true;
  try {
    await compareNode(pass, memoryOf(pass));
    tombstonesAdmitted = await applyTombstones(pass);
    if (scope.extras) await compareExtras(pass);
  } catch (error) {
    pass.tally.fault(error);
  }
  // What was queued before an error is not lost by it.
  await pass.drain.empty();
  // Not before: the alarm puts the node on back-off, and its segments are verified whatever its tombstones are.
  if (!tombstonesAdmitted) alertTombstones(pass);
  await conclude(pass);
  return pass.tally;
};

const conclude = async (pass: NodePass): Promise<void> => {
  const { session, node, scope, tally } = pass;
  const { metrics, now, saveMemory } = session.parts;
  const isWholePass = !scope.dryRun && scope.only === undefined;
  if (isWholePass) await saveMemory();
  for (const { channel, quality, skipped } of tally.toReport(node).pairs) {
    if (channel === '') continue;
    const near = skipped['near-duplicate'] ?? 0;
    metrics.smallDifferenceSegments.set({ remote: node.name, channel, quality }, near);
  }
  if (tally.isComplete && isWholePass) metrics.lastComplete.set({ remote: node.name }, now() / 1000);
};
