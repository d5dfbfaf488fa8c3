import type { BackfillNode } from '../backfill-node.ts';
import type { BackfillSettings } from '../backfill-settings.ts';
import type { DiskGuard } from './disk-guard.ts';
import type { FailureScope, FetchFailure, FetchResult } from './fetch-result.ts';
import { NodeLane } from './node-lane.ts';
import type { FailReason } from '../report/reasons.ts';
import { Turns } from './turns.ts';
import type { Turn } from './turns.ts';
import { addOffer, openOffers } from '../compare/wanted-item.ts';
import type { Offer, Settlement, WantedItem } from '../compare/wanted-item.ts';

export type FetchItems = (
  items: readonly WantedItem[],
  node: BackfillNode,
  signal: AbortSignal,
  report: (item: WantedItem, result: FetchResult) => void,
) => Promise<void>;

export interface SchedulerInit {
  readonly settings: Pick<BackfillSettings, 'downloadConcurrency' | 'totalConcurrency' | 'slowAfterMs' | 'batchSize'>;
  readonly disk: DiskGuard;
  readonly signal: AbortSignal;
  /** Never rejects; reports each item once. */
  readonly fetch: FetchItems;
  /** Whether the node answers batches. */
  readonly takesBatches: (node: BackfillNode) => boolean;
  /** Asked right before an item is fetched: false where it is no longer wanted, or not now; then it is settled or parked. */
  readonly isDue: (item: WantedItem) => boolean;
  /** One node failed for one item. */
  readonly onFailure: (item: WantedItem, node: BackfillNode, failure: FetchFailure) => void;
  readonly onSettled: (item: WantedItem, settlement: Settlement) => void;
}

/** A batch that broke off before it came to an item is no fault of the item's; after so many it counts as one. */
const MAX_INTERRUPTIONS = 3;

/**
 * One queue for all nodes: each item is fetched once, from the node with the fewest recent failures that has it and a
 * free turn, and from another one if that fails. Nodes take items themselves when they have a turn, so that a slow
 * node takes less and delays nothing but what it has begun.
 */
export class Scheduler {
  readonly #init: SchedulerInit;
  readonly #lanes = new Map<string, NodeLane>();
  readonly #turns: Turns;
  readonly #running = new Set<Promise<void>>();
  #pumping = false;
  readonly #onAbort = (): void => this.#dropAll('cancelled');

  constructor(init: SchedulerInit) {
    this.#init = init;
    this.#turns = new Turns({ slowAfterMs: init.settings.slowAfterMs, onReleased: () => this.pump() });
    init.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Lets go of the signal. */
  close(): void {
    this.#init.signal.removeEventListener('abort', this.#onAbort);
  }

  get queued(): number {
    return this.#lanes.values().reduce((sum, { queue }) => sum + queue.size, 0);
  }

  /** What waits for one node; what others brought meanwhile is counted until its turn comes. */
  queuedFor(nodeKey: string): number {
    return this.#lanes.get(nodeKey)?.queue.size ?? 0;
  }

  get inFlight(): number {
    return this.#turns.running;
  }

  /** Signal of all work for the node: it aborts when the node is removed. */
  addNode(node: BackfillNode): AbortSignal {
    const known = this.#lanes.get(node.key);
    if (known !== undefined) return known.signal;
    const lane = new NodeLane(node, this.#init.signal);
    this.#lanes.set(node.key, lane);
    return lane.signal;
  }

  removeNode(key: string): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    this.#lanes.delete(key);
    lane.remove();
    this.#dropLane(lane, 'removed');
  }

  /** Says that a node has the item; queued where it waits. */
  offer(item: WantedItem, node: BackfillNode): void {
    addOffer(item, node);
    if (item.state !== 'waiting') return;
    const lane = this.#lanes.get(node.key);
    if (lane === undefined) this.#failOffer(item, node.key, 'removed');
    else lane.push(item);
    this.pump();
  }

  /** Queues an item with all its offers, again or after it was parked. */
  requeue(item: WantedItem): void {
    item.state = 'waiting';
    const lanes = openOffers(item).map(({ node }) => this.#lanes.get(node.key));
    if (this.#init.signal.aborted) this.fail(item, 'cancelled');
    else if (lanes.every((lane) => lane === undefined)) this.fail(item, lastFailure(item));
    for (const lane of lanes) lane?.push(item);
    this.pump();
  }

  settle(item: WantedItem, settlement: Settlement): void {
    if (item.state === 'settled') return;
    item.state = 'settled';
    this.#init.onSettled(item, settlement);
  }

  /** Starts what can be started, once the current turn of the event loop has queued all it has. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    // Not by `queueMicrotask`, which costs half a microsecond more.
    void Promise.resolve().then(() => {
      this.#pumping = false;
      this.#start();
    });
  }

  /** Resolves when nothing is being fetched. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #start(): void {
    const { disk, settings } = this.#init;
    if (disk.state === 'given-up') this.#dropAll('disk-full');
    for (const lane of this.#lanes.values()) if (lane.isOpenCircuit) this.#dropLane(lane, 'unavailable');
    while (this.#turns.taken < settings.totalConcurrency && this.#turns.running < disk.limit) {
      const lane = this.#nextLane();
      if (lane === undefined) return;
      const items = this.#take(lane);
      if (items.length > 0) this.#launch(lane, items);
    }
  }

  #nextLane(): NodeLane | undefined {
    let best: NodeLane | undefined;
    for (const lane of this.#lanes.values()) {
      if (lane.queue.size === 0 || lane.inFlight >= this.#init.settings.downloadConcurrency || !lane.isAvailable)
        continue;
      if (best === undefined || isBetter(lane, best)) best = lane;
    }
    return best;
  }

  /** The next item of the node's, or several of one hour where it takes batches. Empty where none is left. */
  #take(lane: NodeLane): WantedItem[] {
    const { settings, disk, takesBatches } = this.#init;
    const fair = Math.ceil(lane.queue.size / settings.downloadConcurrency);
    const most = disk.limit === 1 || !takesBatches(lane.node) ? 1 : Math.max(1, Math.min(settings.batchSize, fair));
    const items: WantedItem[] = [];
    let group: string | undefined;
    while (items.length < most && lane.queue.size > 0) {
      if (group !== undefined && lane.queue.firstGroup !== group) break;
      const item = lane.queue.shift();
      if (item === undefined || !this.#isDue(item, lane)) continue;
      // At once: an item that was queued again may be in the queue twice.
      item.state = 'running';
      items.push(item);
      if (item.kind === 'extra') break;
      group = item.group;
    }
    return items;
  }

  #isDue(item: WantedItem, lane: NodeLane): boolean {
    if (item.state !== 'waiting' || item.offers.get(lane.node.key)?.failed !== undefined) return false;
    return this.#init.isDue(item);
  }

  #launch(lane: NodeLane, items: readonly WantedItem[]): void {
    const turn = this.#turns.begin();
    lane.inFlight += 1;
    const running = this.#init
      .fetch(items, lane.node, lane.signal, (item, result) => this.#handle(item, lane, result))
      .catch((error: unknown) => this.#abandon(items, lane, error))
      .finally(() => this.#land(lane, turn, running));
    this.#running.add(running);
  }

  /** Something here is broken: what was not settled must not be waited for. */
  #abandon(items: readonly WantedItem[], lane: NodeLane, error: unknown): void {
    const failure: FetchFailure = { result: 'failed', scope: 'local', reason: 'local', error };
    for (const item of items) if (item.state === 'running') this.#handleFailure(item, lane, failure);
  }

  #land(lane: NodeLane, turn: Turn, running: Promise<void>): void {
    this.#running.delete(running);
    this.#turns.end(turn);
    lane.inFlight -= 1;
    void this.#init.disk.check();
    this.pump();
  }

  #handle(item: WantedItem, lane: NodeLane, result: FetchResult): void {
    if (result.result === 'failed') this.#handleFailure(item, lane, result);
    else {
      lane.noteSuccess();
      this.#init.disk.noteWritten();
      const { sizeBytes } = result;
      if (result.result === 'exists') this.settle(item, { outcome: 'skipped', reason: 'exists' });
      else this.settle(item, { outcome: 'published', node: lane.node, sizeBytes });
    }
  }

  #handleFailure(item: WantedItem, lane: NodeLane, failure: FetchFailure): void {
    const { node } = lane;
    const { scope, reason } = failure;
    if (scope === 'disk') this.#init.disk.pause({ err: failure.error });
    if (COUNTED.has(scope)) this.#init.onFailure(item, node, failure);
    if (COUNTED.has(scope) && scope !== 'local') lane.noteFailure();
    const offer = item.offers.get(node.key);
    if (offer !== undefined && !mayAskAgain(offer, scope))
      offer.failed = this.#lanes.has(node.key) ? reason : 'removed';
    if (scope === 'local') this.fail(item, reason);
    else this.requeue(item);
  }

  #failOffer(item: WantedItem, key: string, reason: FailReason): void {
    const offer = item.offers.get(key);
    if (offer !== undefined) offer.failed ??= reason;
    if (item.state === 'waiting' && openOffers(item).length === 0) this.fail(item, reason);
  }

  /** Settles an item that nobody can bring. */
  fail(item: WantedItem, reason: FailReason): void {
    const [offer] = item.offers.values();
    if (offer !== undefined) this.settle(item, { outcome: 'failed', reason, node: offer.node });
  }

  #dropLane(lane: NodeLane, reason: FailReason): void {
    for (let item = lane.queue.shift(); item !== undefined; item = lane.queue.shift()) {
      if (item.state === 'waiting') this.#failOffer(item, lane.node.key, reason);
    }
  }

  #dropAll(reason: FailReason): void {
    for (const lane of this.#lanes.values()) this.#dropLane(lane, reason);
  }
}

/** Failures that are somebody's: those of a node that was asked, and our file system's. */
const COUNTED: ReadonlySet<FailureScope> = new Set(['item', 'node', 'interrupted', 'local']);

/** Whether the node may be asked for the item again in this pass. */
const mayAskAgain = (offer: Offer, scope: FailureScope): boolean => {
  if (scope !== 'interrupted' && scope !== 'untouched') return scope === 'disk';
  offer.interruptions += 1;
  return offer.interruptions < MAX_INTERRUPTIONS;
};

const isBetter = (a: NodeLane, b: NodeLane): boolean =>
  a.failures === b.failures ? a.inFlight < b.inFlight : a.failures < b.failures;

const lastFailure = (item: WantedItem): FailReason => [...item.offers.values()].at(-1)?.failed ?? 'removed';
