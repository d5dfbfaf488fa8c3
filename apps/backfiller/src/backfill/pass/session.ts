import { Accounts } from '../report/accounts.ts';
import { decideAgain } from '../compare/decide.ts';
import { DiskGuard } from '../fetch/disk-guard.ts';
import type { EngineParts } from '../engine-parts.ts';
import { fetchBatch } from '../fetch/fetch-batch.ts';
import { fetchSingle } from '../fetch/fetch-single.ts';
import { HourRegistry } from '../compare/hour-work.ts';
import { Scheduler } from '../fetch/scheduler.ts';
import type { FetchItems } from '../fetch/scheduler.ts';
import type { Settlement, WantedItem } from '../compare/wanted-item.ts';
import { WriteBacklog } from '../fetch/write-backlog.ts';

export interface SessionInit {
  readonly parts: EngineParts;
  readonly signal: AbortSignal;
  /** A single pass gives up when the disk is full; a service waits. */
  readonly giveUpWhenFull: boolean;
}

/** The one queue over all nodes, while passes run. */
export class Session {
  readonly parts: EngineParts;
  readonly signal: AbortSignal;
  readonly accounts: Accounts;
  readonly hours = new HourRegistry();
  /** Extras that are not settled yet, by `DIR/PATH`. */
  readonly extras = new Map<string, WantedItem>();
  readonly disk: DiskGuard;
  readonly scheduler: Scheduler;
  readonly writes = new WriteBacklog();
  /** Keys of nodes that answer batches. */
  readonly batchNodes = new Set<string>();

  constructor({ parts, signal, giveUpWhenFull }: SessionInit) {
    this.parts = parts;
    this.signal = signal;
    this.accounts = new Accounts(parts);
    this.disk = this.#createDiskGuard(giveUpWhenFull);
    this.scheduler = new Scheduler({
      settings: parts.settings,
      disk: this.disk,
      signal,
      fetch: this.#fetch,
      takesBatches: (node) => this.batchNodes.has(node.key),
      isDue: (item) => this.#isDue(item),
      onFailure: (item, node, failure) => {
        if (failure.scope === 'local' && item.hour !== undefined) item.hour.refused = true;
        this.accounts.failed(item, node, failure);
      },
      onSettled: (item, settlement) => this.#settle(item, settlement),
    });
  }

  /** Resolves when nothing is being fetched or written. */
  async idle(): Promise<void> {
    await this.scheduler.idle();
    await this.writes.empty();
  }

  /** Keeps the item until the other one is settled; then it is looked at again. */
  park(item: WantedItem, behind: WantedItem): void {
    item.state = 'parked';
    item.hour?.park(item);
    behind.listeners.add(() => this.#reconsider(item));
  }

  #createDiskGuard(giveUp: boolean): DiskGuard {
    const { settings, freeBytes, log, metrics } = this.parts;
    const onChange = (): void => {
      metrics.paused.set(this.disk.state === 'open' ? 0 : 1);
      this.scheduler.pump();
    };
    const { minFreeBytes, diskProbeMs: probeMs } = settings;
    return new DiskGuard({ freeBytes, minFreeBytes, probeMs, log, signal: this.signal, giveUp, onChange });
  }

  #reconsider(item: WantedItem): void {
    if (item.state !== 'parked' || !this.#isDue(item)) return;
    item.hour?.want(item);
    this.scheduler.requeue(item);
  }

  readonly #fetch: FetchItems = async (items, node, signal, report) => {
    const { archive } = this.parts;
    const { writes } = this;
    const [only] = items;
    if (items.length !== 1 || only === undefined) await fetchBatch({ archive, node, items, signal, writes, report });
    else await fetchSingle({ archive, node, item: only, signal, writes, report });
    // On trial after a full disk, the next request has to know whether this content fitted.
    if (this.disk.state !== 'open') await writes.empty();
  };

  /** What else arrived since the item was queued may have made it needless. */
  #isDue(item: WantedItem): boolean {
    const { hour, segment } = item;
    if (hour === undefined) return this.#fitsExtras(item);
    if (hour.refused) {
      this.scheduler.fail(item, 'local');
      return false;
    }
    if (segment === undefined) return true;
    const replace = item.offers.values().some(({ node }) => node.trust.replace);
    const decision = decideAgain(segment, { work: hour, replace, neighbours: [] });
    if (decision.action === 'skip') this.scheduler.settle(item, { outcome: 'skipped', reason: decision.reason });
    if (decision.action === 'park') this.park(item, decision.behind);
    return decision.action === 'want';
  }

  #fitsExtras(item: WantedItem): boolean {
    const [offer] = item.offers.values();
    const bytes = offer === undefined ? 0 : this.accounts.pairOf(offer.node, item).bytes;
    if (bytes < this.parts.settings.maxExtrasBytesPerPass) return true;
    this.scheduler.settle(item, { outcome: 'skipped', reason: 'extras-limit' });
    return false;
  }

  #settle(item: WantedItem, settlement: Settlement): void {
    const { hour } = item;
    hour?.settle(item, settlement.outcome === 'published' || isHere(settlement));
    this.accounts.settled(item, settlement);
    for (const listener of item.listeners) listener(item, settlement);
    item.listeners.clear();
    if (hour !== undefined) this.hours.tidy(hour);
  }
}

const isHere = (settlement: Settlement): boolean => settlement.outcome === 'skipped' && settlement.reason === 'exists';
