import type { AbortOptions } from '@waybill/common';
import { combineDigests } from '@waybill/segments';
import type { Archive, HourDigest, QualityDigest, RootDigest } from './archive.ts';
import type { ArchivePaths } from './archive-paths.ts';
import type { HourSummary, ListingCache } from './listing-cache.ts';

export interface HourDigestsInit {
  paths: ArchivePaths;
  listings: ListingCache;
  /** The listing calls of the archive. */
  archive: Pick<Archive, 'listChannels' | 'listQualities' | 'listHours'>;
}

/** Directories read at once, when they are not known: a disk with one arm gains nothing from more, and requests for files need libuv's other threads. */
const READ_CONCURRENCY = 2;
/** A stream has a handful of qualities. A directory with more directories in it is one of extras (emotes, by id). */
export const MAX_QUALITIES = 64;

/**
 * Digests of what the archive shows: an hour's over its names, a quality's over its hours, the root's over the
 * qualities that have an hour. Nothing is kept here: the hours' digests come from the listing cache, so that a call
 * costs one stat for each directory of which nothing changed.
 */
export class HourDigests {
  readonly #paths: ArchivePaths;
  readonly #listings: ListingCache;
  readonly #archive: HourDigestsInit['archive'];

  constructor({ paths, listings, archive }: HourDigestsInit) {
    this.#paths = paths;
    this.#listings = listings;
    this.#archive = archive;
  }

  async root(options: AbortOptions = {}): Promise<RootDigest> {
    const qualities = new Map<string, string>();
    for (const channel of await this.#archive.listChannels(options)) {
      for (const quality of await this.#qualitiesOf(channel, options)) {
        const { digest, hours } = await this.quality(channel, quality, options);
        if (hours.size > 0) qualities.set(`${channel}/${quality}`, digest);
      }
    }
    return { digest: combineDigests(qualities), qualities };
  }

  async quality(channel: string, quality: string, options: AbortOptions = {}): Promise<QualityDigest> {
    const names = await this.#archive.listHours(channel, quality, options);
    const found = new Map<string, HourDigest>();
    const unknown: string[] = [];
    for (const hour of names) {
      const summary = this.#listings.peekSummary(this.#paths.hour(channel, quality, hour));
      if (summary === undefined) unknown.push(hour);
      else found.set(hour, digestOf(summary));
    }
    await this.#readUnknown(channel, quality, unknown, found, options);
    // In their order.
    const hours = new Map(names.map((hour) => [hour, found.get(hour) as HourDigest]));
    return { digest: combineDigests(pairs(hours)), hours };
  }

  async #qualitiesOf(channel: string, options: AbortOptions): Promise<string[]> {
    const qualities = await this.#archive.listQualities(channel, options);
    return qualities.length <= MAX_QUALITIES ? qualities : [];
  }

  async #readUnknown(
    channel: string,
    quality: string,
    hours: string[],
    found: Map<string, HourDigest>,
    { signal }: AbortOptions,
  ): Promise<void> {
    const left = hours.values();
    const readNext = async (): Promise<void> => {
      for (const hour of left) {
        signal?.throwIfAborted();
        found.set(hour, digestOf(await this.#listings.readSummary(this.#paths.hour(channel, quality, hour))));
      }
    };
    await Promise.all(Array.from({ length: Math.min(READ_CONCURRENCY, hours.length) }, readNext));
  }
}

function digestOf({ digest, count }: HourSummary): HourDigest {
  return { digest, count };
}

function* pairs(hours: ReadonlyMap<string, HourDigest>): Generator<[string, string]> {
  for (const [hour, { digest }] of hours) yield [hour, digest];
}
