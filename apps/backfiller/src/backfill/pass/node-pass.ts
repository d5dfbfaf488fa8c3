import { WaybillError } from '@waybill/common';
import type { RemoteListing } from '../../remote/remote-node.ts';
import type { BackfillNode } from '../backfill-node.ts';
import { firstHourMicros } from './backfill-start.ts';
import type { BackfillStart } from './backfill-start.ts';
import { Drain } from '../fetch/drain.ts';
import type { HourKey } from '../compare/hour-work.ts';
import { HourProgress } from '../compare/hour-progress.ts';
import type { NodeTally } from '../report/node-tally.ts';
import { planHour } from '../compare/plan-hour.ts';
import type { HourPlan } from '../compare/plan-hour.ts';
import type { Session } from './session.ts';
import { TombstoneBasket } from '../compare/tombstone-ledger.ts';
import type { WantedItem } from '../compare/wanted-item.ts';

/** What distinguishes one pass from another. */
export interface PassScope {
  readonly dryRun: boolean;
  readonly start: BackfillStart | undefined;
  /** Look at the extras too. */
  readonly extras: boolean;
  /** Only these hours, and whatever earlier passes remember of them. */
  readonly only?: ((key: HourKey) => boolean) | undefined;
}

/** A node listed names that would leave the archive. Its pass ends there. */
export class NodeHostileError extends WaybillError {
  readonly node: string;

  constructor(node: string, what: string) {
    super(`${node} did what no honest node does: ${what}`, { code: 'ERR_NODE_HOSTILE', retryable: true });
    this.node = node;
  }
}

/** One pass over one node: what all its steps share. */
export class NodePass {
  readonly session: Session;
  readonly node: BackfillNode;
  readonly scope: PassScope;
  /** Aborts with everything, and when the node is taken off the list. */
  readonly signal: AbortSignal;
  readonly tally: NodeTally;
  readonly tombstones: TombstoneBasket;
  readonly firstHourMicros: number;
  /** Items that wait for this node or another one. */
  readonly drain = new Drain();

  constructor(session: Session, node: BackfillNode, scope: PassScope) {
    const { settings, now } = session.parts;
    this.session = session;
    this.node = node;
    this.scope = scope;
    this.signal = session.scheduler.addNode(node);
    this.tally = session.accounts.begin(node);
    this.tombstones = new TombstoneBasket(settings.tombstoneLimit);
    this.firstHourMicros = firstHourMicros(scope.start, now() * 1000);
  }

  /** Takes a listing's names, or ends the pass where the node is hostile. */
  accept(listing: RemoteListing): readonly string[] {
    this.tally.refusedNames += listing.refused;
    if (listing.unsafe === 0) return listing.names;
    this.session.accounts.alert(this.node, 'unsafe-names', { names: listing.unsafe, sample: listing.refusedSample });
    throw new NodeHostileError(this.node.name, 'names that would leave the archive');
  }

  /** Compares one hour and queues what is missing. */
  async plan(key: HourKey, names: readonly string[]): Promise<HourPlan> {
    const { session, node, scope } = this;
    const progress = new HourProgress(key);
    const onWanted = (item: WantedItem): void => this.#watch(item, progress);
    const plan = await planHour({ session, node, key, names, dryRun: scope.dryRun, onWanted });
    for (const address of plan.tombstones) this.tombstones.add(address);
    if (plan.wanted > 0) session.accounts.logOf(node).info(`Backfilling ${key.quality}/${key.hour}`);
    progress.close();
    this.#finish(progress);
    return plan;
  }

  /** Also for extras, which have no hour. */
  watch(item: WantedItem): void {
    this.#watch(item, undefined);
  }

  #watch(item: WantedItem, progress: HourProgress | undefined): void {
    this.drain.add();
    progress?.add();
    item.listeners.add((_item, settlement) => {
      this.drain.remove();
      if (progress === undefined) return;
      progress.remove();
      if (settlement.outcome === 'published') progress.published += 1;
      if (settlement.outcome === 'failed') progress.failed += 1;
      this.#finish(progress);
    });
  }

  #finish(progress: HourProgress): void {
    const { key, published, failed } = progress;
    if (!progress.isOver || published === 0) return;
    const { accounts, parts } = this.session;
    const { channel, quality, hour } = key;
    accounts.logOf(this.node).info({ channel, failed }, `${published} segments in ${quality}/${hour} backfilled`);
    if (failed > 0) return;
    this.tally.pair(channel, quality).hoursCompleted += 1;
    parts.metrics.hoursBackfilled.inc({ remote: this.node.name, channel, quality });
  }
}
