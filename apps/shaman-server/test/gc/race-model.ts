import { type BlobKey, type BlobStore, type DeleteOptions, formatBlobKey } from '@waybill/blob-store';
import { seededRandom } from '@waybill/test-kit';
import { createCollector } from '../../src/gc/blob-collector.ts';
import type { ReferenceSource } from '../../src/gc/reference-source.ts';
import type { PinStore } from '../../src/state/pins.ts';
import type { Content, TestClock } from './support.ts';

/** What is raced: how to make and erase checkouts, and how to let time pass. */
export interface RaceWorld {
  readonly store: BlobStore;
  readonly pins: PinStore;
  readonly sources: readonly ReferenceSource[];
  readonly contents: readonly Content[];
  readonly maxAgeMs: number;
  /** Of pins and of the collector. */
  readonly clock: TestClock;
  /** Of the store. */
  nowMs(): number;
  /** Resolves with a name, or undefined where blobs were missing. */
  createCheckout(keys: readonly BlobKey[]): Promise<string | undefined>;
  eraseCheckout(name: string): Promise<void>;
  /** Some time for others. */
  rest(random: () => number): Promise<void>;
}

export interface RaceReport {
  readonly events: Record<string, number>;
  readonly deleted: number;
  /** Blobs that were gone although a checkout, a pin or their age protected them. */
  readonly lost: readonly string[];
}

/** How exactly a file system knows when a file was written (a kernel tick), and something to spare. */
const CLOCK_SLACK_MS = 20;
const PIN_MS = 3_600_000;
const AT_ONCE = 6;

/** Runs so many events in random order, several at a time, and keeps account of what must not be lost. */
export async function runRace(world: RaceWorld, events: number, seed: number): Promise<RaceReport> {
  const race = new Race(world, seededRandom(seed));
  await race.run(events);
  return race;
}

class Race implements RaceReport {
  readonly events: Record<string, number> = { upload: 0, requirements: 0, checkout: 0, erase: 0, collect: 0, time: 0 };
  deleted = 0;
  readonly lost: string[] = [];
  readonly #world: RaceWorld;
  readonly #random: () => number;
  /** By key: until when a pin holds (clock), and until when it is young (the store's clock). */
  readonly #pinnedUntil = new Map<string, number>();
  readonly #youngUntil = new Map<string, number>();
  readonly #checkouts = new Map<string, readonly BlobKey[]>();
  readonly #linked = new Map<string, number>();

  constructor(world: RaceWorld, random: () => number) {
    this.#world = world;
    this.#random = random;
  }

  async run(events: number): Promise<void> {
    const collector = this.#collector();
    const running = new Set<Promise<void>>();
    for (let event = 0; event < events; event += 1) {
      const work = this.#pick(() => collector.collect().then(() => undefined, ignoreRunning));
      const one: Promise<void> = work().finally(() => running.delete(one));
      running.add(one);
      await this.#world.rest(this.#random);
      while (running.size >= AT_ONCE) {
        this.#world.clock.advance(50);
        await Promise.race([...running, new Promise((resolve) => setImmediate(resolve))]);
      }
    }
    while (running.size > 0) {
      this.#world.clock.advance(1000);
      await Promise.race([...running, new Promise((resolve) => setImmediate(resolve))]);
    }
    for (const { key } of this.#world.contents) await this.#verify(key);
  }

  #collector() {
    const { store, pins, sources, maxAgeMs, clock } = this.#world;
    const watched = new Proxy(store, {
      get: (target, name) => {
        if (name === 'delete') return (key: BlobKey, options: DeleteOptions) => this.#delete(key, options);
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    // The age is that of the store's clock; pins and pauses have the other one.
    const both = { nowMs: () => this.#world.nowMs(), sleep: (ms: number) => clock.sleep(ms) };
    return createCollector({ store: watched, pins, sources, maxAgeMs, clock: both, maxDeletesPerSecond: 2000 });
  }

  async #delete(key: BlobKey, options: DeleteOptions): Promise<boolean> {
    const deleted = await this.#world.store.delete(key, options);
    if (deleted) this.deleted += 1;
    if (deleted) await this.#verify(key);
    return deleted;
  }

  async #verify(key: BlobKey): Promise<void> {
    const there = await this.#world.store.has(key);
    if (!there && this.#isProtected(key)) this.lost.push(formatBlobKey(key));
  }

  #isProtected(key: BlobKey): boolean {
    const name = formatBlobKey(key);
    return (
      (this.#linked.get(name) ?? 0) > 0 ||
      (this.#pinnedUntil.get(name) ?? 0) > this.#world.clock.nowMs() ||
      (this.#youngUntil.get(name) ?? 0) > this.#world.nowMs()
    );
  }

  #pick(collect: () => Promise<void>): () => Promise<void> {
    const at = this.#random();
    const [kind, work]: [string, () => Promise<void>] =
      at < 0.35
        ? ['upload', () => this.#upload()]
        : at < 0.55
          ? ['requirements', () => this.#requirements()]
          : at < 0.7
            ? ['checkout', () => this.#checkout()]
            : at < 0.84
              ? ['erase', () => this.#erase()]
              : at < 0.94
                ? ['collect', collect]
                : ['time', () => this.#passTime()];
    this.events[kind] = (this.events[kind] ?? 0) + 1;
    return work;
  }

  #some(most: number): Content[] {
    const { contents } = this.#world;
    const count = 1 + Math.floor(this.#random() * most);
    return Array.from({ length: count }, () => contents[Math.floor(this.#random() * contents.length)]).filter(
      (one) => one !== undefined,
    );
  }

  async #upload(): Promise<void> {
    for (const { key, bytes } of this.#some(2)) {
      const startedMs = this.#world.nowMs();
      await this.#world.store.put(key, bytes);
      this.#extend(this.#youngUntil, key, startedMs + this.#world.maxAgeMs - CLOCK_SLACK_MS);
    }
  }

  async #requirements(): Promise<void> {
    const keys = this.#some(6).map(({ key }) => key);
    const startedMs = this.#world.clock.nowMs();
    await this.#world.pins.pin(keys);
    const stored = await this.#world.store.hasMany(keys, { touch: true });
    for (const [index, key] of keys.entries())
      if (stored[index] === true) this.#extend(this.#pinnedUntil, key, startedMs + PIN_MS);
  }

  async #checkout(): Promise<void> {
    const keys = this.#some(4).map(({ key }) => key);
    const name = await this.#world.createCheckout(keys);
    if (name === undefined) return;
    this.#checkouts.set(name, keys);
    for (const key of keys) this.#count(key, 1);
    for (const key of keys) await this.#verify(key);
  }

  async #erase(): Promise<void> {
    const names = [...this.#checkouts.keys()];
    const name = names[Math.floor(this.#random() * names.length)];
    if (name === undefined) return;
    for (const key of this.#checkouts.get(name) ?? []) this.#count(key, -1);
    this.#checkouts.delete(name);
    await this.#world.eraseCheckout(name);
  }

  #passTime(): Promise<void> {
    this.#world.clock.advance(this.#random() * 0.2 * PIN_MS);
    return Promise.resolve();
  }

  #count(key: BlobKey, by: number): void {
    const name = formatBlobKey(key);
    this.#linked.set(name, (this.#linked.get(name) ?? 0) + by);
  }

  #extend(until: Map<string, number>, key: BlobKey, ms: number): void {
    const name = formatBlobKey(key);
    until.set(name, Math.max(until.get(name) ?? 0, ms));
  }
}

function ignoreRunning(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'ERR_COLLECTION_RUNNING') throw error;
}
