import type { Archive, PublishedEvent } from '../../archive/archive.ts';

export interface RecorderWatchInit {
  readonly archive: Pick<Archive, 'onPublished'>;
  /** Whether it was this engine that brought the segment. */
  readonly isOwn: (event: PublishedEvent) => boolean;
  /** How long after a segment a recorder counts as being there. */
  readonly memoryMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Notices where another process puts segments into this archive: a recorder that should get the first chance. */
export class RecorderWatch {
  readonly #init: RecorderWatchInit;
  readonly #lastMs = new Map<string, number>();
  readonly #stop: () => void;

  constructor(init: RecorderWatchInit) {
    this.#init = init;
    this.#stop = init.archive.onPublished((event) => {
      if (!init.isOwn(event)) this.#lastMs.set(`${event.channel}/${event.quality}`, init.now());
    });
  }

  isRecording(channel: string, quality: string): boolean {
    const lastMs = this.#lastMs.get(`${channel}/${quality}`);
    if (lastMs === undefined) return false;
    const agoMs = this.#init.now() - lastMs;
    // Below 0, the clock was set back: a recorder that is there will show itself with its next segment.
    return agoMs >= 0 && agoMs < this.#init.memoryMs;
  }

  close(): void {
    this.#stop();
  }
}
