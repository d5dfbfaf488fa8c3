import type { PublishedEvent, SegmentAddress } from './archive.ts';

/** Names remembered as announced: hours of a live stream in all qualities, in about 3 MB. */
const MAX_REMEMBERED = 20_000;

/**
 * Tells listeners of new segments, once for each, whichever comes first: our own publishing or the directory watch that
 * sees the same rename.
 */
export class Announcer {
  readonly #listeners = new Set<(event: PublishedEvent) => void>();
  readonly #onError: (error: unknown) => void;
  readonly #isWatched: boolean;
  readonly #announced = new Set<string>();

  /**
   * @param onError Takes what a listener throws; the other listeners are called all the same.
   * @param isWatched Whether a watch sees the same renames: then what nobody listened to is remembered as well.
   */
  constructor(onError: (error: unknown) => void, isWatched: boolean) {
    this.#onError = onError;
    this.#isWatched = isWatched;
  }

  listen(listener: (event: PublishedEvent) => void): () => void {
    // Wrapped, so that a function that listens twice can stop twice.
    const entry = (event: PublishedEvent): void => listener(event);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  announce({ channel, quality, hour, name }: SegmentAddress): void {
    if (this.#listeners.size === 0 && !this.#isWatched) return;
    const key = `${channel}/${quality}/${hour}/${name}`;
    if (this.#announced.has(key)) return;
    this.#remember(key);
    const event = { channel, quality, hour, name, seenMicros: Date.now() * 1000 };
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  /** The name is gone: should it come again, that is news. */
  forget({ channel, quality, hour, name }: SegmentAddress): void {
    this.#announced.delete(`${channel}/${quality}/${hour}/${name}`);
  }

  clear(): void {
    this.#listeners.clear();
    this.#announced.clear();
  }

  #remember(key: string): void {
    this.#announced.add(key);
    if (this.#announced.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#announced;
    if (oldest !== undefined) this.#announced.delete(oldest);
  }
}
