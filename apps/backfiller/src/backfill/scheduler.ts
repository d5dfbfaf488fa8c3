import type { BackfillNode } from './backfill-node.ts';
import type { BackfillSettings } from './backfill-settings.ts';
import type { DiskGuard } from './disk-guard.ts';
import type { FetchFailure, FetchResult } from './fetch-result.ts';
import { NodeLane } from './node-lane.ts';
import type { FailReason } from './reasons.ts';
import { addOffer, openOffers } from './wanted-item.ts';
import type { Settlement, WantedItem } from './wanted-item.ts';

export type FetchItems = (
  items: readonly WantedItem[],
  node: BackfillNode,
  signal: AbortSignal,
  report: (item: WantedItem, result: FetchResult) => void,
) => Promise<void>;

export interface SchedulerInit {
  readonly settings: Pick<
    BackfillSettings,
    'downloadConcurrency' | 'totalConcurrency' | 'slowAfterMs' | 'batchSize'
  >;
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
const SLOW_CHECK_MS = 1000;

interface Run {
  readonly startedMs: number;
  counts: boolean;
}

/**
 * One queue for all nodes: each item is fetched once, from the node with the fewest recent failures that has it and a
 * free turn, and from another one if that fails. Nodes take items themselves when they have a turn, so that a slow
 * node takes less and delays nothing but what it has begun.
 */
export class Scheduler {
  readonly #init: SchedulerInit;
  readonly #lanes = new Map<string, NodeLane>();
  readonly #runs = new Set<Run>();
  readonly #running = new Set<Promise<void>>();
  #counted = 0;
  #pumping = false;
  #slowTimer: NodeJS.Timeout | undefined;

  constructor(init: SchedulerInit) {
    this.#init = init;
    init.signal.addEventListener('abort', () => this.#dropAll('cancelled'), { once: true });
  }

  get queued(): number {
    return this.#lanes.values().reduce((sum, { queue }) => sum + queue.size, 0);
  }

  /** What waits for one node; what others brought meanwhile is counted until its turn comes. */
  queuedFor(nodeKey: string): number {
    return this.#lanes.get(nodeKey)?.queue.size ?? 0;
  }

  get inFlight(): number {
    return this.#runs.size;
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
    queueMicrotask(() => {
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
    while (this.#counted < settings.totalConcurrency && this.#runs.size < disk.limit) {
      const lane = this.#nextLane();
      if (lane === undefined) return;
      const items = this.#take(lane);
      if (items.length > 0) this.#launch(lane, items);
    }
  }

  #nextLane(): NodeLane | undefined {
    let best: NodeLane | undefined;
    for (const lane of this.#lanes.values()) {
      if (lane.queue.size === 0 || lane.inFlight >= this.#init.settings.downloadConcurrency || !lane.isAvailable) continue;
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
    const run: Run = { startedMs: performance.now(), counts: true };
    this.#runs.add(run);
    this.#counted += 1;
    lane.inFlight += 1;
    this.#watchSlow();
    const running = this.#init
      .fetch(items, lane.node, lane.signal, (item, result) => this.#handle(item, lane, result))
      .finally(() => this.#land(lane, run, running));
    this.#running.add(running);
  }

  #land(lane: NodeLane, run: Run, running: Promise<void>): void {
    this.#running.delete(running);
    this.#runs.delete(run);
    if (run.counts) this.#counted -= 1;
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
    const offer = item.offers.get(node.key);
    const { scope, reason } = failure;
    const again = scope === 'disk' || (scope === 'interrupted' && ++(offer ?? { interruptions: 0 }).interruptions < MAX_INTERRUPTIONS);
    if (scope === 'disk') this.#init.disk.pause({ err: failure.error });
    else if (scope !== 'cancelled') this.#init.onFailure(item, node, failure);
    if (scope === 'item' || scope === 'node') lane.noteFailure();
    if (offer !== undefined && !again) offer.failed = this.#lanes.has(node.key) || this.#init.signal.aborted ? reason : 'removed';
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

  /** A timer only while something runs. */
  #watchSlow(): void {
    this.#slowTimer ??= setInterval(() => this.#releaseSlow(), SLOW_CHECK_MS).unref();
  }

  #releaseSlow(): void {
    const before = performance.now() - this.#init.settings.slowAfterMs;
    for (const run of this.#runs) {
      if (!run.counts || run.startedMs > before) continue;
      run.counts = false;
      this.#counted -= 1;
    }
    if (this.#runs.size === 0) {
      clearInterval(this.#slowTimer);
      this.#slowTimer = undefined;
    }
    this.pump();
  }
}

const isBetter = (a: NodeLane, b: NodeLane): boolean =>
  a.failures === b.failures ? a.inFlight < b.inFlight : a.failures < b.failures;

const lastFailure = (item: WantedItem): FailReason =>
  [...item.offers.values()].at(-1)?.failed ?? 'removed';
