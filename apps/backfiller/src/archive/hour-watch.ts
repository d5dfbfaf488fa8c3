import { existsSync } from 'node:fs';
import path from 'node:path';
import { nameKindOf } from '@waybill/segments';
import type { HourListing, SegmentAddress } from './archive.ts';
import { DirectoryWatch } from './directory-watch.ts';
import { NameSet } from './name-set.ts';

export interface HourWatchInit {
  directory: string;
  channel: string;
  quality: string;
  hour: string;
  /** Whether to ask the system for a watch; without one only `reconcile` finds news. */
  watched: boolean;
  list: (directory: string) => Promise<HourListing>;
  onAppeared: (address: SegmentAddress) => void;
  onGone: (address: SegmentAddress) => void;
  onFailed: (error: unknown) => void;
}

/** Follows one hour directory: by a watch at once, and by comparing listings, which finds what the watch missed. */
export class HourWatch {
  readonly #init: HourWatchInit;
  readonly #watch: DirectoryWatch | undefined;
  /** The listing up to which everything is known, and its digest; undefined until the first one. */
  #known: NameSet | undefined;
  #knownDigest: string | undefined;
  #closed = false;

  constructor(init: HourWatchInit) {
    this.#init = init;
    if (!init.watched) return;
    this.#watch = new DirectoryWatch({
      directory: init.directory,
      onName: (name) => this.#look(name),
      onFailed: init.onFailed,
    });
  }

  get watched(): boolean {
    return this.#watch?.active === true;
  }

  /** Whether it follows the directory that has the name now. Without a watch there is nothing that could be outdated. */
  isCurrent(): boolean {
    return this.#watch?.active !== true || this.#watch.isCurrent();
  }

  /** Takes what is there now as known, without a word. */
  async begin(): Promise<void> {
    const { names, digest } = await this.#init.list(this.#init.directory);
    this.#know(names, digest);
  }

  /** Tells of each name that is there now and was not in the last listing. */
  async reconcile(): Promise<void> {
    const before = this.#known;
    const listing = await this.#init.list(this.#init.directory);
    if (this.#closed || listing.digest === this.#knownDigest) return;
    const { names, digest } = listing;
    this.#know(names, digest);
    for (const name of names) {
      if (before?.has(name) !== true && isAnnounced(name)) this.#init.onAppeared(this.#address(name));
    }
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
  }

  #know(names: readonly string[], digest: string): void {
    this.#known = new NameSet(names);
    this.#knownDigest = digest;
  }

  #look(name: string | undefined): void {
    if (name === undefined) {
      this.reconcile().catch(this.#init.onFailed);
      return;
    }
    if (!isAnnounced(name)) return;
    const exists = existsSync(path.join(this.#init.directory, name));
    if (exists) this.#init.onAppeared(this.#address(name));
    else this.#init.onGone(this.#address(name));
  }

  #address(name: string): SegmentAddress {
    const { channel, quality, hour } = this.#init;
    return { channel, quality, hour, name };
  }
}

/** Media segments and chat. Tombstones wait for the next pass: they remove, and nothing that removes is in a hurry. */
function isAnnounced(name: string): boolean {
  const kind = nameKindOf(name);
  return kind === 'segment' || kind === 'chat';
}
