import { hash } from 'node:crypto';
import { readdir } from 'node:fs';
import { isErrnoException } from '@waybill/common';
import type { HourListing } from './archive.ts';
import { DirectoryCache } from './directory-cache.ts';
import { SizedCache } from './sized-cache.ts';
import { NAME_SEPARATOR, visibleNames } from './visible-names.ts';

/** What is remembered of every hour, whether or not its names are. */
export interface HourSummary {
  /** `listingDigest` of the names, hex. */
  readonly digest: string;
  readonly count: number;
}

export interface ListingCacheInit {
  /** For names. Default 32 MiB: a week of 300,000 segments of 72 bytes each, and a third of that again. */
  maxBytes?: number | undefined;
  now?: (() => number) | undefined;
}

/** The names of one hour in one string: 1 byte for each character, where 1,800 strings of their own take twice that. */
interface HourNames extends HourSummary {
  readonly text: string;
}

const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

const EMPTY: HourNames = { text: '', count: 0, digest: hash('sha256', '') };

/** Listings of hour directories, keyed by the directory's state; see DirectoryCache for when they are trusted. */
export class ListingCache {
  readonly #hours: DirectoryCache<HourSummary, HourNames>;
  readonly #names: SizedCache<HourNames>;

  constructor({ maxBytes = DEFAULT_MAX_BYTES, now }: ListingCacheInit = {}) {
    this.#names = new SizedCache({ maxBytes, sizeOf: ({ text }) => text.length });
    this.#hours = new DirectoryCache<HourSummary, HourNames>({
      read: async (directory) => this.#read(directory),
      keep: ({ digest, count }) => ({ digest, count }),
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

  /** Splits its names when they are first asked for: whoever compares digests never does. */
  async list(directory: string): Promise<HourListing> {
    const summary = this.#hours.peek(directory);
    const names = this.#names.get(directory);
    const known = names !== undefined && names.digest === summary?.digest;
    return new CompactListing(known ? names : await this.#hours.refresh(directory));
  }

  async #read(directory: string): Promise<HourNames> {
    const { text, count } = visibleNames(await readNames(directory));
    // As listingDigest, without sorting and joining once more.
    const hour = { text, count, digest: hash('sha256', text.replaceAll(NAME_SEPARATOR, '\n')) };
    this.#names.set(directory, hour);
    return hour;
  }
}

class CompactListing implements HourListing {
  readonly digest: string;
  readonly #text: string;
  #names: readonly string[] | undefined;

  constructor({ text, digest }: HourNames) {
    this.#text = text;
    this.digest = digest;
  }

  get names(): readonly string[] {
    this.#names ??= this.#text === '' ? [] : this.#text.split(NAME_SEPARATOR);
    return this.#names;
  }
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
