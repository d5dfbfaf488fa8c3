import { WaybillError } from '@waybill/common';
import type { NodeReport, PairReport } from './backfill-report.ts';
import { PairCounts } from './pair-counts.ts';
import type { FailReason, SkipReason } from './reasons.ts';
import { UNRESOLVED } from './reasons.ts';

/** Missing names are remembered up to here, some 20 MB; beyond it they are only counted. */
const MAX_MISSING = 100_000;

interface Missing {
  readonly pair: PairCounts;
  readonly reason: FailReason | undefined;
}

/** Counts what one pass over one node does. */
export class NodeTally {
  readonly #pairs = new Map<string, PairCounts>();
  /** What is not here although the node has it. Another node may still bring it. */
  readonly #missing = new Map<string, Missing>();
  readonly #alerts: string[] = [];
  #uncounted = 0;
  #error: unknown;
  refusedNames = 0;
  /** Contents that were wrong or too large. */
  badContents = 0;

  /** For extras: an empty channel, the directory as quality. */
  pair(channel: string, quality: string): PairCounts {
    const key = `${channel}/${quality}`;
    let pair = this.#pairs.get(key);
    if (pair === undefined) this.#pairs.set(key, (pair = new PairCounts()));
    return pair;
  }

  skip(pair: PairCounts, reason: SkipReason, itemKey: string): void {
    pair.skip(reason);
    if (UNRESOLVED.has(reason)) this.#miss(itemKey, { pair, reason: undefined });
  }

  fail(pair: PairCounts, reason: FailReason, itemKey: string): void {
    this.#miss(itemKey, { pair, reason });
  }

  /** Missing here too, but counted with another node. */
  lack(pair: PairCounts, itemKey: string): void {
    this.#miss(itemKey, { pair, reason: undefined });
  }

  /** The item is here after all. */
  arrived(itemKey: string): void {
    if (this.#missing.size > 0) this.#missing.delete(itemKey);
  }

  alert(kind: string): void {
    if (!this.#alerts.includes(kind)) this.#alerts.push(kind);
  }

  /** The first error is kept: later ones follow from it. */
  fault(error: unknown): void {
    this.#error ??= error;
  }

  get error(): unknown {
    return this.#error;
  }

  get isComplete(): boolean {
    return this.#error === undefined && this.#missing.size === 0 && this.#uncounted === 0 && this.#alerts.length === 0;
  }

  /** How many items are still missing, by reason; those skipped for now are left out. */
  get failedCount(): number {
    return this.#missing.values().reduce((sum, { reason }) => sum + (reason === undefined ? 0 : 1), this.#uncounted);
  }

  toReport(node: { readonly key: string; readonly name: string }): NodeReport {
    return {
      key: node.key,
      name: node.name,
      complete: this.isComplete,
      ...(this.#error === undefined ? {} : { error: describeError(this.#error) }),
      refusedNames: this.refusedNames,
      alerts: [...this.#alerts],
      pairs: this.#pairReports(),
    };
  }

  #pairReports(): PairReport[] {
    const failed = new Map<PairCounts, PairCounts['failed']>();
    for (const { pair, reason } of this.#missing.values()) {
      if (reason === undefined) continue;
      const reasons = failed.get(pair) ?? { ...pair.failed };
      reasons[reason] = (reasons[reason] ?? 0) + 1;
      failed.set(pair, reasons);
    }
    return [...this.#pairs].map(([key, pair]) => {
      const slash = key.indexOf('/');
      const names = { channel: key.slice(0, slash), quality: key.slice(slash + 1) };
      return {
        ...names,
        ...pair.toJSON(),
        failed: failed.get(pair) ?? { ...pair.failed },
        skipped: { ...pair.skipped },
      };
    });
  }

  #miss(itemKey: string, missing: Missing): void {
    if (this.#missing.size < MAX_MISSING || this.#missing.has(itemKey)) this.#missing.set(itemKey, missing);
    else {
      this.#uncounted += 1;
      if (missing.reason !== undefined)
        missing.pair.failed[missing.reason] = (missing.pair.failed[missing.reason] ?? 0) + 1;
    }
  }
}

const describeError = (error: unknown): { code: string; message: string } => ({
  code: error instanceof WaybillError ? error.code : 'ERR_UNEXPECTED',
  message: error instanceof Error ? error.message : String(error),
});
