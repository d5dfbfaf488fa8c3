import { parseHour } from '@waybill/segments';
import type { SegmentName } from '@waybill/segments';
import type { HourListing } from '../../archive/archive.ts';
import { HourIndex } from './hour-index.ts';
import type { WantedItem } from './wanted-item.ts';
import { WantedContents } from './wanted-contents.ts';

export interface HourKey {
  readonly channel: string;
  readonly quality: string;
  readonly hour: string;
}

export const hourKeyText = ({ channel, quality, hour }: HourKey): string => `${channel}/${quality}/${hour}`;

/**
 * One hour of one channel and quality while something in it is wanted: what is here, and what is on its way. Shared by
 * all nodes, so that they do not bring the same things.
 */
export class HourWork {
  readonly channel: string;
  readonly quality: string;
  readonly hour: string;
  readonly hourMicros: number;
  /** Not settled yet, by name. */
  readonly items = new Map<string, WantedItem>();
  /** Comparisons that are under way: the hour must not be forgotten meanwhile. */
  holds = 0;
  /** Set when our own file system refuses this hour: nothing more is fetched for it in this pass. */
  refused = false;
  readonly #fulls = new Map<number, WantedItem>();
  readonly #contents = new WantedContents();
  readonly #arrived = new Set<string>();
  #listing: Pick<HourListing, 'names' | 'digest'> = { names: [], digest: '' };
  #index: HourIndex | undefined;

  constructor(key: HourKey) {
    this.channel = key.channel;
    this.quality = key.quality;
    this.hour = key.hour;
    this.hourMicros = parseHour(key.hour);
  }

  /** Built when it is first needed: an hour in which nothing is missing needs none. */
  get index(): HourIndex {
    this.#index ??= new HourIndex([...this.#listing.names, ...this.#arrived]);
    return this.#index;
  }

  /** Brought by this engine since the first comparison that is under way began: a listing may be older than that. */
  hasArrived(name: string): boolean {
    return this.#arrived.has(name);
  }

  /** Takes over a newer listing. What arrived meanwhile is kept. */
  refresh(listing: HourListing): void {
    if (listing.digest === this.#listing.digest) return;
    this.#listing = listing;
    this.#index = undefined;
  }

  /** Keeps an item that is needed only if another one fails. */
  park(item: WantedItem): void {
    this.items.set(item.address.name, item);
    this.#forget(item);
  }

  want(item: WantedItem): void {
    this.items.set(item.address.name, item);
    const { segment } = item;
    if (segment === undefined) return;
    if (segment.type === 'full' && !this.#fulls.has(segment.startMicros)) this.#fulls.set(segment.startMicros, item);
    this.#contents.add(segment, item);
  }

  /** Forgets an item that is settled. */
  settle(item: WantedItem, published: boolean): void {
    this.items.delete(item.address.name);
    this.#forget(item);
    if (published) this.#arrive(item);
  }

  /** A full segment for this start that is on its way. */
  wantedFullAt(startMicros: number): WantedItem | undefined {
    return this.#fulls.get(startMicros);
  }

  /** The same content on its way under a start that differs by at most 1 ms. */
  wantedNearDuplicate(segment: SegmentName): WantedItem | undefined {
    return this.#contents.near(segment);
  }

  #forget(item: WantedItem): void {
    const { segment } = item;
    if (segment === undefined) return;
    if (this.#fulls.get(segment.startMicros) === item) this.#fulls.delete(segment.startMicros);
    this.#contents.remove(segment, item);
  }

  #arrive({ address: { name }, segment }: WantedItem): void {
    this.#arrived.add(name);
    if (segment === undefined) this.#index?.add(name);
    else this.#index?.addParsed(segment);
  }
}

/** The hours in which something is wanted. */
export class HourRegistry {
  readonly #hours = new Map<string, HourWork>();

  get size(): number {
    return this.#hours.size;
  }

  get(key: HourKey): HourWork | undefined {
    return this.#hours.get(hourKeyText(key));
  }

  /**
   * The hour, kept until it is released. Hold it before its listing is asked for: what arrives between the listing and
   * the comparison would otherwise be wanted once more.
   */
  hold(key: HourKey): HourWork {
    const text = hourKeyText(key);
    let work = this.#hours.get(text);
    if (work === undefined) this.#hours.set(text, (work = new HourWork(key)));
    work.holds += 1;
    return work;
  }

  release(work: HourWork): void {
    work.holds -= 1;
    this.tidy(work);
  }

  /** Drops the hour where nothing is wanted in it any more. */
  tidy(work: HourWork): void {
    if (work.items.size === 0 && work.holds === 0) this.#hours.delete(hourKeyText(work));
  }
}
