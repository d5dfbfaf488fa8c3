import { hash } from 'node:crypto';
import { readdir } from 'node:fs';
import { isErrnoException } from '@waybill/common';
import type { HourListing } from './archive.ts';
import { DirectoryCache } from './directory-cache.ts';
import { SizedCache } from './sized-cache.ts';
import { visibleNames } from './visible-names.ts';

/** What is remembered of every hour, whether or not its names are. */
export interface HourSummary {
  /** `listingDigest` of the names, hex. */
  readonly digest: string;
  readonly count: number;
  /** Temp files of our own, for the sweep; mostly none. */
  readonly ownTempNames: readonly string[];
}

export interface ListingCacheInit {
  /** For names. Default 8 MiB: 60 hours of 1,800 names of 72 bytes each. */
  maxBytes?: number | undefined;
  now?: (() => number) | undefined;
}

interface ReadHour extends HourSummary {
  readonly json: string;
}

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;

const EMPTY: ReadHour = { ...visibleNames([]), digest: hash('sha256', '[]') };

/**
 * Listings of hour directories, keyed by the directory's state; see DirectoryCache for when they are trusted. Digests are
 * kept of every hour, names only of those that are listed again and again: whoever compares digests lists no hour that
 * is the same.
 */
export class ListingCache {
  readonly #hours: DirectoryCache<HourSummary, ReadHour>;
  readonly #listings: SizedCache<CompactListing>;

  constructor({ maxBytes = DEFAULT_MAX_BYTES, now }: ListingCacheInit = {}) {
    this.#listings = new SizedCache({ maxBytes, sizeOf: ({ sizeBytes }) => sizeBytes, fromSecondTime: true });
    this.#hours = new DirectoryCache<HourSummary, ReadHour>({
      read: readHour,
      keep: ({ digest, count, ownTempNames }) => ({ digest, count, ownTempNames }),
      absent: EMPTY,
      now,
    });
  }

  /** What is known for one stat; undefined where the directory must be read. */
  peekSummary(directory: string): HourSummary | undefined {
    return this.#hours.peek(directory);
  }

  async summary(directory: string): Promise<HourSummary> {
    return this.#hours.get(directory);
  }

  /** For whoever has peeked in vain. */
  async readSummary(directory: string): Promise<HourSummary> {
    return this.#hours.read(directory);
  }

  /** Whoever lists a directory tells what is left in it: what was known of others is forgotten. */
  keepBelow(parent: string, names: readonly string[]): void {
    this.#hours.keepBelow(parent, names);
  }

  /** @param options.keep False where the same caller will not ask for the names again; default true. */
  async list(directory: string, { keep = true }: { keep?: boolean | undefined } = {}): Promise<HourListing> {
    const summary = this.#hours.peek(directory);
    const known = this.#listings.get(directory);
    if (known !== undefined && known.digest === summary?.digest) return known;
    const listing = new CompactListing(await this.#hours.refresh(directory));
    if (keep) this.#listings.set(directory, listing);
    return listing;
  }
}

/** The names of one hour as one text, or as its bytes; 1,800 strings take twice that. */
class CompactListing implements HourListing {
  readonly digest: string;
  readonly sizeBytes: number;
  #text: string | Buffer;

  constructor({ json, digest }: ReadHour) {
    this.digest = digest;
    this.sizeBytes = json.length;
    this.#text = json;
  }

  get json(): Buffer {
    if (typeof this.#text === 'string') this.#text = Buffer.from(this.#text);
    return this.#text;
  }

  get names(): readonly string[] {
    return JSON.parse(this.#text.toString()) as string[];
  }
}

async function readHour(directory: string): Promise<ReadHour> {
  const visible = visibleNames(await readNames(directory));
  return { ...visible, digest: hash('sha256', visible.json) };
}

/** By callback: for 100,000 names the promise form costs a tenth more. A directory that vanishes meanwhile is empty. */
function readNames(directory: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    readdir(directory, (error, names) => {
      if (error === null) resolve(names);
      else if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ENOTDIR')) resolve([]);
      else reject(error);
    });
  });
}
