import type { HourListing, SegmentAddress } from './archive.ts';
import type { ArchivePaths } from './archive-paths.ts';
import { DirectoryWatch } from './directory-watch.ts';
import { MAX_QUALITIES } from './hour-digests.ts';
import { HourWatch } from './hour-watch.ts';

export interface ArchiveWatchOptions {
  /** Hours of each quality that are watched, newest first. Default 48: what a live stream and its late repairs touch. */
  newestHours?: number | undefined;
  /** How often everything is compared, whatever the watches say. Default 30,000. */
  pollIntervalMs?: number | undefined;
  /** Most watches at once; beyond it, hours are only polled. Default 2,048, a quarter of Linux' usual 8,192 for a user. */
  maxWatches?: number | undefined;
}

export interface ArchiveWatcherInit extends ArchiveWatchOptions {
  paths: ArchivePaths;
  listChannels: () => Promise<string[]>;
  listQualities: (channel: string) => Promise<string[]>;
  listHours: (channel: string, quality: string) => Promise<string[]>;
  list: (directory: string) => Promise<HourListing>;
  onAppeared: (address: SegmentAddress) => void;
  onGone: (address: SegmentAddress) => void;
  /** Watching goes on by polling, whatever happened. */
  onError: (error: unknown) => void;
}

interface WantedHour {
  channel: string;
  quality: string;
  hour: string;
  /** Was not there at the last scan: what it holds is news. */
  appeared: boolean;
}

/**
 * Notices segments that other processes rename into the archive. Watches (inotify) stand on the base, channel and
 * quality directories and on the newest hours; a slow poll finds what they miss (a full event queue, a network file
 * system, no watches left). A scan goes over the directories; there is never more than one, and one more after it.
 */
export class ArchiveWatcher {
  readonly #init: ArchiveWatcherInit;
  readonly #hours = new Map<string, HourWatch>();
  readonly #above = new Map<string, DirectoryWatch>();
  /** Hours of each quality at the last scan. */
  readonly #seenHours = new Map<string, ReadonlySet<string>>();
  #timer: NodeJS.Timeout | undefined;
  #scanning: Promise<void> | undefined;
  #scanAgain = false;
  #scanned = false;
  #failureTold = false;
  #closed = false;

  constructor(init: ArchiveWatcherInit) {
    this.#init = init;
  }

  /** Watches in use. */
  get watchCount(): number {
    const hours = [...this.#hours.values()].filter(({ watched }) => watched).length;
    return hours + [...this.#above.values()].filter(({ active }) => active).length;
  }

  /** Resolves when everything that is there is known and watched; what comes later is told. */
  async start(): Promise<void> {
    await this.#scan();
    this.#schedulePoll();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#scanning;
    for (const watch of [...this.#hours.values(), ...this.#above.values()]) watch.close();
    this.#hours.clear();
    this.#above.clear();
  }

  #schedulePoll(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#poll(), this.#init.pollIntervalMs ?? 30_000);
    this.#timer.unref();
  }

  async #poll(): Promise<void> {
    await this.#scan();
    for (const hour of [...this.#hours.values()]) {
      if (this.#closed) return;
      await hour.reconcile().catch(this.#init.onError);
    }
    this.#schedulePoll();
  }

  #scan(): Promise<void> {
    this.#scanAgain = true;
    this.#scanning ??= this.#scanUntilQuiet().finally(() => (this.#scanning = undefined));
    return this.#scanning;
  }

  async #scanUntilQuiet(): Promise<void> {
    while (this.#scanAgain && !this.#closed) {
      this.#scanAgain = false;
      await this.#scanOnce().catch(this.#init.onError);
    }
  }

  async #scanOnce(): Promise<void> {
    const above = [this.#init.paths.base];
    const wanted: WantedHour[] = [];
    // The watch comes before the listing of the same directory, so that nothing slips between the two.
    this.#watchAbove(this.#init.paths.base);
    for (const channel of await this.#init.listChannels()) {
      const directory = this.#init.paths.channel(channel);
      above.push(directory);
      this.#watchAbove(directory);
      const qualities = await this.#init.listQualities(channel);
      if (qualities.length > MAX_QUALITIES) continue;
      for (const quality of qualities) {
        above.push(this.#init.paths.quality(channel, quality));
        wanted.push(...(await this.#wantedHours(channel, quality)));
      }
    }
    if (this.#closed) return;
    this.#drop(new Set(above), wanted);
    await this.#follow(wanted);
    this.#scanned = true;
  }

  async #wantedHours(channel: string, quality: string): Promise<WantedHour[]> {
    const directory = this.#init.paths.quality(channel, quality);
    this.#watchAbove(directory);
    const hours = await this.#init.listHours(channel, quality);
    const seen = this.#seenHours.get(directory);
    this.#seenHours.set(directory, new Set(hours));
    const newest = hours.slice(-(this.#init.newestHours ?? 48)).reverse();
    return newest.map((hour) => ({ channel, quality, hour, appeared: this.#scanned && seen?.has(hour) !== true }));
  }

  #watchAbove(directory: string): void {
    const present = this.#above.get(directory);
    if (this.#closed || present?.isCurrent() === true) return;
    present?.close();
    if (!this.#mayWatch()) return;
    const watch = new DirectoryWatch({
      directory,
      onName: () => void this.#scan(),
      onFailed: (error) => this.#watchFailed(error),
    });
    this.#above.set(directory, watch);
  }

  /** Before new ones are added, so that their number never exceeds the limit. */
  #drop(above: ReadonlySet<string>, wanted: readonly WantedHour[]): void {
    const hours = new Set(wanted.map(({ channel, quality, hour }) => this.#init.paths.hour(channel, quality, hour)));
    closeOthers(this.#above, above);
    closeOthers(this.#hours, hours);
    for (const directory of [...this.#seenHours.keys()]) if (!above.has(directory)) this.#seenHours.delete(directory);
  }

  async #follow(wanted: readonly WantedHour[]): Promise<void> {
    for (const { channel, quality, hour, appeared } of wanted) {
      const directory = this.#init.paths.hour(channel, quality, hour);
      const present = this.#hours.get(directory);
      if (this.#closed || present?.isCurrent() === true) continue;
      present?.close();
      const watch = new HourWatch({
        ...this.#init,
        ...{ directory, channel, quality, hour, watched: this.#mayWatch() },
        onFailed: (error) => this.#watchFailed(error),
      });
      this.#hours.set(directory, watch);
      await (appeared || present !== undefined ? watch.reconcile() : watch.begin());
    }
  }

  #mayWatch(): boolean {
    return this.watchCount < (this.#init.maxWatches ?? 2048);
  }

  /** The first failure explains; where the limit is reached there would be one for each directory. */
  #watchFailed(error: unknown): void {
    if (this.#failureTold || this.#closed) return;
    this.#failureTold = true;
    this.#init.onError(error);
  }
}

function closeOthers(watches: Map<string, { close(): void }>, kept: ReadonlySet<string>): void {
  for (const [directory, watch] of watches) {
    if (kept.has(directory)) continue;
    watch.close();
    watches.delete(directory);
  }
}
