import type { Logger } from 'pino';
import type { BackfillNode } from '../backfill-node.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { FetchFailure } from '../fetch/fetch-result.ts';
import { NodeTally } from './node-tally.ts';
import type { PairCounts } from './pair-counts.ts';
import type { FailReason, SkipReason } from './reasons.ts';
import type { Settlement, WantedItem } from '../compare/wanted-item.ts';

type NodeName = Pick<BackfillNode, 'key' | 'name'>;

/** Content failures of one node that make it look hostile when there are many in one pass. */
const BAD_CONTENT: ReadonlySet<FailReason> = new Set(['mismatch', 'too-large']);
/** The node's copy is bad; another time it may be good. */
const BAD_COPY: ReadonlySet<FailReason> = new Set(['mismatch', 'missing', 'unreadable', 'too-large', 'truncated']);

/** Chat batches are merged into others over time: one that is gone is no loss (spec 1.1). */
const isGoneChat = (item: WantedItem, reason: string): boolean => item.kind === 'chat' && reason === 'missing';

/** Keeps the accounts of what happens to items: counts for the reports, metrics, log lines, alerts. */
export class Accounts {
  readonly #parts: EngineParts;
  readonly #tallies = new Map<string, NodeTally>();
  readonly #logs = new Map<string, Logger>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Begins to count anew for a node. */
  begin(node: NodeName): NodeTally {
    const tally = new NodeTally();
    this.#tallies.set(node.key, tally);
    return tally;
  }

  /** Counts that belong to a node, also between its passes. */
  of(node: NodeName): NodeTally {
    return this.#tallies.get(node.key) ?? this.begin(node);
  }

  drop(node: NodeName): void {
    this.#tallies.delete(node.key);
    this.#logs.delete(node.name);
  }

  pairOf(node: NodeName, item: WantedItem): PairCounts {
    const { channel, quality } = item.address;
    return item.kind === 'extra' ? this.of(node).pair('', channel) : this.of(node).pair(channel, quality);
  }

  logOf(node: NodeName): Logger {
    let log = this.#logs.get(node.name);
    if (log === undefined) this.#logs.set(node.name, (log = this.#parts.log.child({ remote: node.name })));
    return log;
  }

  /** Puts the node on back-off and says so where people look. */
  alert(node: BackfillNode, kind: string, detail: object): void {
    this.of(node).alert(kind);
    this.#parts.metrics.alerts.inc({ remote: node.name, kind });
    this.logOf(node).error({ alert: kind, ...detail }, `Alert: ${node.name} did what no honest node does (${kind})`);
    node.circuit?.reportHostile({ kind, ...detail });
  }

  skip(node: NodeName, pair: PairCounts, reason: SkipReason, itemKey: string): void {
    this.of(node).skip(pair, reason, itemKey);
    this.#parts.metrics.namesSkipped.inc({ remote: node.name, reason });
  }

  /** One node failed for one item. */
  failed(item: WantedItem, node: BackfillNode, { scope, reason, error }: FetchFailure): void {
    const { metrics, badCopies } = this.#parts;
    const pair = this.pairOf(node, item);
    const isFirst = pair.failedAttempts++ === 0;
    metrics.attemptsFailed.inc({ remote: node.name, reason });
    if (scope === 'item' && BAD_COPY.has(reason) && !isGoneChat(item, reason)) badCopies.note(node.key, item.key);
    this.#logFailure(item, node, { reason, error, isFirst });
    if (reason === 'mismatch') this.#countMismatch(item, node, pair);
    if (BAD_CONTENT.has(reason)) this.#suspect(node);
  }

  settled(item: WantedItem, settlement: Settlement): void {
    if (settlement.outcome === 'published') this.#countPublished(item, settlement.node, settlement.sizeBytes);
    else this.#countMissing(item, settlement);
  }

  #countMismatch({ address: { channel, quality } }: WantedItem, node: NodeName, pair: PairCounts): void {
    pair.mismatches += 1;
    this.#parts.metrics.hashMismatches.inc({ remote: node.name, channel, quality });
  }

  #suspect(node: BackfillNode): void {
    const tally = this.of(node);
    tally.badContents += 1;
    if (tally.badContents === this.#parts.settings.badContentLimit) {
      this.alert(node, 'bad-content', { contents: tally.badContents });
    }
  }

  /** One line per node, channel and quality in a pass; the others are counted, and shown with level debug. */
  #logFailure(item: WantedItem, node: NodeName, why: { reason: string; error: unknown; isFirst: boolean }): void {
    const log = this.logOf(node);
    const message =
      why.reason === 'mismatch'
        ? `Hash of segment ${item.key} does not match. Discarding segment`
        : `Segment ${item.key} could not be fetched (${why.reason})`;
    if (why.isFirst) log.warn({ err: why.error, reason: why.reason }, message);
    else log.debug({ reason: why.reason }, message);
  }

  #countPublished(item: WantedItem, node: NodeName, sizeBytes: number): void {
    const pair = this.pairOf(node, item);
    pair.segments += 1;
    pair.bytes += sizeBytes;
    for (const tally of this.#tallies.values()) tally.arrived(item.key);
    this.#parts.badCopies.forget(node.key, item.key);
    if (item.kind === 'extra') return;
    pair.verified += 1;
    const { metrics, log } = this.#parts;
    const labels = { remote: node.name, channel: item.address.channel, quality: item.address.quality };
    metrics.segmentsBackfilled.inc(labels);
    metrics.bytesBackfilled.inc(labels, sizeBytes);
    log.debug(labels, `Segment ${item.key} backfilled`);
  }

  /** Counted with the first node that had it; incomplete are all that had it. */
  #countMissing(item: WantedItem, settlement: Exclude<Settlement, { outcome: 'published' }>): void {
    const [offer, ...others] = item.offers.values();
    if (offer === undefined) return;
    const pair = this.pairOf(offer.node, item);
    if (settlement.outcome === 'skipped') this.skip(offer.node, pair, settlement.reason, item.key);
    else if (isGoneChat(item, settlement.reason)) this.skip(offer.node, pair, 'chat-gone', item.key);
    else {
      this.of(offer.node).fail(pair, settlement.reason, item.key);
      for (const { node } of others) this.of(node).lack(this.pairOf(node, item), item.key);
    }
  }
}
