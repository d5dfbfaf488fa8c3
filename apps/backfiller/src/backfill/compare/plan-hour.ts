import type { HourListing, SegmentAddress } from '../../archive/archive.ts';
import type { BackfillNode } from '../backfill-node.ts';
import { decide } from './decide.ts';
import type { Decision, DecisionContext } from './decide.ts';
import { edgeCover } from './edge-cover.ts';
import { hourKeyText } from './hour-work.ts';
import type { HourKey, HourWork } from './hour-work.ts';
import { missingNames } from './missing-names.ts';
import type { PairCounts } from '../report/pair-counts.ts';
import { PASSING } from '../report/reasons.ts';
import type { Session } from '../pass/session.ts';
import { createWantedItem } from './wanted-item.ts';
import type { ItemKind, WantedItem } from './wanted-item.ts';

/** A node's clock may be ahead of ours by this much before what it lists counts as being from the future. */
const CLOCK_TOLERANCE_MICROS = 300_000_000;

/**
 * Who waits behind one item, the nodes that want it included. Honest nodes have a few; a thousand names for one start
 * would each be looked at again whenever one of them fails.
 */
const MAX_BEHIND = 64;

export interface HourOffer {
  readonly session: Session;
  readonly node: BackfillNode;
  readonly key: HourKey;
  /** What the node has there, sorted. */
  readonly names: readonly string[];
  /** Announced just now: full segments are taken whatever their age. */
  readonly announced?: boolean;
  /** Nothing is queued, only counted. */
  readonly dryRun?: boolean;
  /** Called for each item that now waits for this node or another one, before it is queued. */
  readonly onWanted?: (item: WantedItem) => void;
}

export interface HourPlan {
  /** Items that wait for this node or another one. */
  readonly wanted: number;
  readonly tombstones: readonly SegmentAddress[];
  /** Nothing is wanted, and time alone will not change that. */
  readonly isSettled: boolean;
  readonly local: HourListing;
}

/** Compares what a node has in one hour with what is here, and queues what is missing. */
export const planHour = async (offer: HourOffer): Promise<HourPlan> => {
  const { hours } = offer.session;
  const work = hours.hold(offer.key);
  try {
    return await compare(offer, work);
  } finally {
    hours.release(work);
  }
};

const compare = async (offer: HourOffer, work: HourWork): Promise<HourPlan> => {
  const { session, node, key } = offer;
  const { archive, settings } = session.parts;
  const local = await archive.listHour(key.channel, key.quality, key.hour, { signal: session.signal });
  const missing = missingNames(offer.names, local.names);
  if (missing.length === 0) return { wanted: 0, tombstones: [], isSettled: true, local };
  const needsEdges = key.quality !== 'chat' && !node.trust.replace;
  const neighbours = needsEdges ? await edgeCover(archive, work, missing, settings.maxSegmentSeconds) : [];
  work.refresh(local);
  return new HourPlanner(offer, work, neighbours).plan(missing, local);
};

/** Everything here happens in one turn of the event loop: what is decided cannot be overtaken by what arrives. */
class HourPlanner {
  readonly #offer: HourOffer;
  readonly #work: HourWork;
  readonly #pair: PairCounts;
  readonly #context: DecisionContext;
  readonly #prefix: string;
  readonly #tombstones: SegmentAddress[] = [];
  #wanted = 0;
  #passing = 0;

  constructor(offer: HourOffer, work: HourWork, neighbours: DecisionContext['neighbours']) {
    const { session, node, key } = offer;
    const { settings, now } = session.parts;
    this.#offer = offer;
    this.#work = work;
    this.#pair = session.accounts.of(node).pair(key.channel, key.quality);
    this.#prefix = hourKeyText(key);
    const nowMicros = now() * 1000;
    this.#context = {
      work,
      trust: node.trust,
      clockLimitMicros: nowMicros + CLOCK_TOLERANCE_MICROS,
      cutoffMicros: nowMicros - settings.recentCutoffSeconds * 1_000_000,
      announced: offer.announced === true,
      maxDurationMicros: settings.maxSegmentSeconds * 1_000_000,
      neighbours,
    };
  }

  plan(missing: readonly string[], local: HourListing): HourPlan {
    for (const name of missing) this.#consider(name);
    const isSettled = this.#wanted === 0 && this.#passing === 0 && this.#tombstones.length === 0;
    return { wanted: this.#wanted, tombstones: this.#tombstones, isSettled, local };
  }

  #consider(name: string): void {
    const known = this.#work.items.get(name);
    if (known !== undefined) this.#offerTo(known);
    // Here, but not yet in the listing whose digest would be remembered.
    else if (this.#work.hasArrived(name)) this.#passing += 1;
    else if (!this.#waitsForGoodCopy(name)) this.#act(name, decide(name, this.#context));
  }

  #waitsForGoodCopy(name: string): boolean {
    const { session, node } = this.#offer;
    const isWaiting = session.parts.badCopies.isWaiting(node.key, `${this.#prefix}/${name}`);
    if (isWaiting) this.#skip(name, 'bad-copy');
    return isWaiting;
  }

  #act(name: string, decision: Decision): void {
    if (decision.action === 'skip') this.#skip(name, decision.reason);
    else if (decision.action === 'tombstone') this.#tombstones.push({ ...this.#offer.key, name });
    else if (this.#offer.dryRun === true) this.#count(name);
    else if (decision.action === 'park' && decision.behind.listeners.size >= MAX_BEHIND) this.#skip(name, 'deferred');
    else this.#want(name, decision);
  }

  #skip(name: string, reason: Parameters<PairCounts['skip']>[0]): void {
    const { session, node } = this.#offer;
    session.accounts.skip(node, this.#pair, reason, `${this.#prefix}/${name}`);
    if (PASSING.has(reason)) this.#passing += 1;
  }

  #count(name: string): void {
    this.#wanted += 1;
    this.#pair.planned += 1;
    this.#offer.session.accounts.logOf(this.#offer.node).debug(`Segment ${this.#prefix}/${name} would be backfilled`);
  }

  #want(name: string, decision: Extract<Decision, { action: 'want' | 'park' }>): void {
    const { segment } = decision;
    const { channel, quality, hour } = this.#offer.key;
    const kind = (segment?.type ?? 'chat') as ItemKind;
    const item = createWantedItem({ kind, address: { channel, quality, hour, name }, segment, hour: this.#work });
    if (decision.action === 'park') this.#offer.session.park(item, decision.behind);
    else this.#work.want(item);
    this.#offerTo(item);
  }

  #offerTo(item: WantedItem): void {
    const { session, node, onWanted } = this.#offer;
    this.#wanted += 1;
    onWanted?.(item);
    session.scheduler.offer(item, node);
  }
}
