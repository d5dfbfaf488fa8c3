import type { SegmentAddress } from '../../archive/archive.ts';
import type { BackfillNode } from '../backfill-node.ts';
import type { NodePass } from '../pass/node-pass.ts';
import type { Session } from '../pass/session.ts';

/**
 * Puts the tombstones of one pass in place, all or none: a node that sends more than it may could hide an archive.
 * False where they were refused. A refill leaves them to the passes.
 */
export const applyTombstones = async (pass: NodePass): Promise<boolean> => {
  const { session, node, tombstones, tally, scope, signal } = pass;
  const { tombstones: ledger, memory } = session.parts;
  if (tombstones.count === 0 || scope.dryRun || scope.only !== undefined) return true;
  const isAdmitted = ledger.admit(node.key, tombstones.count);
  memory.setTombstones(node.key, ledger.windowOf(node.key));
  if (!isAdmitted) return false;
  for (const address of tombstones.addresses) {
    signal.throwIfAborted();
    await putTombstone(session, node, address).catch((error: unknown) => tally.fault(error));
  }
  return true;
};

/** Raises the alarm for a pass whose tombstones were refused. */
export const alertTombstones = ({ session, node, tombstones }: NodePass): void => {
  const { limits } = session.parts.tombstones;
  session.accounts.alert(node, 'tombstone-limit', { tombstones: tombstones.count, limits });
};

/** One tombstone: an empty file that hides what has its base name. Counted where it is new. */
export const putTombstone = async (session: Session, node: BackfillNode, address: SegmentAddress): Promise<void> => {
  const { outcome } = await session.parts.archive.publishTombstone(address, { signal: session.signal });
  if (outcome === 'exists') return;
  session.accounts.of(node).pair(address.channel, address.quality).tombstones += 1;
  const { channel, quality, hour, name } = address;
  session.accounts.logOf(node).info(`Tombstone ${channel}/${quality}/${hour}/${name} put in place`);
};
