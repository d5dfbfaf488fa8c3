import { bestOfHour } from '@waybill/segments';
import type { HourSequence } from '@waybill/segments';
import type { Archive, HourListing, SegmentAddress } from '../archive/archive.ts';
import { SizedCache } from '../archive/sized-cache.ts';

/** A longer range is not kept: a day with the hours around it is what players ask for again. */
export const LONGEST_KEPT_MICROS = 25 * 3_600_000_000;

export interface CachedHour {
  /** Of the listing that the sequence was chosen from. */
  readonly digest: string;
  readonly sequence: HourSequence;
  readonly weightBytes: number;
}

/** A parsed segment with its name and its lines in a playlist (measured: the heap after 43,200 of them). */
const SEGMENT_BYTES = 400;
/** 28 hours of segments of 2 s: a day must fit, since one that does not would push itself out from the front. */
const DEFAULT_MAX_BYTES = 20 * 1024 * 1024;

/**
 * The best segments of each hour, for as long as the hour's listing stays the same. What is computed belongs to no
 * request: one that is broken off leaves nothing behind, and a failure is not kept.
 */
export class HourSequences {
  readonly #archive: Archive;
  readonly #hours: SizedCache<CachedHour>;
  readonly #running = new Map<string, Promise<HourSequence>>();

  constructor(archive: Archive, maxBytes = DEFAULT_MAX_BYTES) {
    this.#archive = archive;
    this.#hours = new SizedCache({ maxBytes, sizeOf: ({ weightBytes }) => weightBytes });
  }

  /** @param options.keep False for ranges longer than what is kept: they would push everything else out, and themselves too. */
  async get(channel: string, quality: string, hour: string, { keep = true } = {}): Promise<HourSequence> {
    const place = `${channel}/${quality}/${hour}`;
    if (this.#hours.get(place) !== undefined) {
      // Mostly the hour is the same, and its names need not be read.
      const { digest } = await this.#archive.hourDigest(channel, quality, hour);
      const known = this.#known(place, digest);
      if (known !== undefined) return known;
    }
    const listing = await this.#archive.listHour(channel, quality, hour, { keep: false });
    const known = this.#known(place, listing.digest);
    if (known !== undefined) return known;
    const key = `${place}/${listing.digest}`;
    const running =
      this.#running.get(key) ??
      this.#choose({ channel, quality, hour }, listing, keep).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  #known(place: string, digest: string): HourSequence | undefined {
    const kept = this.#hours.get(place);
    return kept?.digest === digest ? kept.sequence : undefined;
  }

  async #choose(
    { channel, quality, hour }: Omit<SegmentAddress, 'name'>,
    { names, digest }: HourListing,
    keep: boolean,
  ): Promise<HourSequence> {
    const asked = new Set<string>();
    const recordName = (name: string): number => {
      asked.add(name);
      return 0;
    };
    let sequence = bestOfHour(hour, names, { sizeOf: recordName });
    // Rarely: several files of one start, type and duration. Their sizes decide, so the choice is made again with them.
    if (asked.size > 0) {
      const sizes = await this.#sizesOf(asked, (name) => ({ channel, quality, hour, name }));
      sequence = bestOfHour(hour, names, { sizeOf: (name) => sizes.get(name) ?? 0 });
    }
    if (keep)
      this.#hours.set(`${channel}/${quality}/${hour}`, { digest, sequence, weightBytes: names.length * SEGMENT_BYTES });
    return sequence;
  }

  async #sizesOf(
    names: ReadonlySet<string>,
    addressOf: (name: string) => SegmentAddress,
  ): Promise<Map<string, number>> {
    const sizes = new Map<string, number>();
    for (const name of names) {
      const content = await this.#archive.open(addressOf(name));
      sizes.set(name, content?.sizeBytes ?? 0);
      await content?.close();
    }
    return sizes;
  }
}
