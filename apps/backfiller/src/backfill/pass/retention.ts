import { parseHour } from '@waybill/segments';
import { firstHourMicros } from './backfill-start.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { HourKey } from '../compare/hour-work.ts';
import { hourKeyText } from '../compare/hour-work.ts';

/**
 * Removes whole hours older than the start, in the configured channels and qualities (spec 1.4). What is not the
 * archive's to delete (tombstones and what they hide, foreign files) stays, with one warning for each hour.
 */
export class Retention {
  readonly #parts: EngineParts;
  /** Hours in which something stayed: they are looked at again, but not spoken of again. */
  readonly #known = new Set<string>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** One hour that cannot be removed holds up no other. Rejects only when cancelled. */
  async apply(signal: AbortSignal): Promise<void> {
    const { start, deleteOld, channels, qualities } = this.#parts.settings;
    if (!deleteOld || start === undefined) return;
    const keepFrom = firstHourMicros(start, this.#parts.now() * 1000);
    for (const channel of channels) {
      for (const quality of qualities) await this.#applyTo(channel, quality, keepFrom, signal);
    }
  }

  async #applyTo(channel: string, quality: string, keepFrom: number, signal: AbortSignal): Promise<void> {
    const { archive, log } = this.#parts;
    const hours = await archive.listHours(channel, quality, { signal }).catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, `Listing ${channel}/${quality} for deletion failed`);
      return [];
    });
    for (const hour of hours) {
      signal.throwIfAborted();
      if (parseHour(hour) < keepFrom) await this.#delete({ channel, quality, hour }, signal);
    }
  }

  async #delete(key: HourKey, signal: AbortSignal): Promise<void> {
    const { archive, log, metrics } = this.#parts;
    const { channel, quality, hour } = key;
    const path = hourKeyText(key);
    if (!this.#known.has(path)) log.info(`Deleting ${path}`);
    try {
      const { deleted, left } = await archive.deleteHour(channel, quality, hour, { signal });
      metrics.segmentsDeleted.inc({ channel, quality }, deleted.length);
      this.#report(path, deleted, left);
    } catch (error) {
      signal.throwIfAborted();
      log.error({ err: error }, `Deleting ${path} failed`);
    }
  }

  #report(path: string, deleted: readonly string[], left: readonly string[]): void {
    const { log } = this.#parts;
    if (left.length === 0) {
      this.#known.delete(path);
      log.info({ files: deleted.length }, `${path} deleted`);
    } else if (!this.#known.has(path)) {
      this.#known.add(path);
      log.warn(
        { files: deleted.length, left: left.slice(0, 5) },
        `${path} stays: ${left.length} files are not ours to delete`,
      );
    }
  }
}
