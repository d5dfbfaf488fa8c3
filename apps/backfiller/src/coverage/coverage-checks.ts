import { abortableSleep, jitter } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { Logger } from 'pino';
import type { CoverageCache } from './coverage-cache.ts';
import type { CoverageFiles } from './coverage-files.ts';
import type { CoverageMetrics } from './coverage-metrics.ts';
import type { CoverageReport } from './coverage-report.ts';

export interface CoverageChecksInit {
  readonly channels: readonly string[];
  readonly qualities: readonly string[];
  readonly cache: CoverageCache;
  readonly files: CoverageFiles;
  readonly metrics: CoverageMetrics;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: (() => number) | undefined;
}

export interface CheckedPair {
  readonly channel: string;
  readonly quality: string;
  /** Undefined where nothing is there, or the check failed. */
  readonly report: CoverageReport | undefined;
  readonly failed: boolean;
}

/** Checks of every channel with every quality but chat, which has no segments. What fails for one stops none of the others. */
export class CoverageChecks {
  readonly #init: CoverageChecksInit;

  constructor(init: CoverageChecksInit) {
    this.#init = init;
  }

  async once(options: AbortOptions = {}): Promise<CheckedPair[]> {
    const { channels, qualities } = this.#init;
    const checked: CheckedPair[] = [];
    for (const channel of new Set(channels))
      for (const quality of new Set(qualities.filter((one) => one !== 'chat')))
        checked.push(await this.#check(channel, quality, options));
    return checked;
  }

  /** Again and again, with pauses of `intervalMs` (±10 %), until the signal; then it resolves. */
  async run(intervalMs: number, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.once({ signal });
        await abortableSleep(jitter(intervalMs), { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #check(channel: string, quality: string, options: AbortOptions): Promise<CheckedPair> {
    const { cache, files, metrics, log, now = Date.now } = this.#init;
    try {
      const coverage = await cache.get(channel, quality, options);
      metrics.show(channel, quality, coverage, now());
      const report = await files.write(channel, quality, coverage, options);
      if (report === undefined) log.warn({ channel, quality }, 'There is no segment to make a coverage map of');
      return { channel, quality, report, failed: false };
    } catch (error) {
      options.signal?.throwIfAborted();
      metrics.noteError(channel, quality);
      log.error({ err: error, channel, quality }, 'The coverage could not be checked');
      return { channel, quality, report: undefined, failed: true };
    }
  }
}
