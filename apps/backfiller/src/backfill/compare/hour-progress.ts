import type { HourKey } from './hour-work.ts';

/** Items of one hour that one node's pass waits for. */
export class HourProgress {
  readonly key: HourKey;
  published = 0;
  failed = 0;
  #open = 0;
  #planned = false;

  constructor(key: HourKey) {
    this.key = key;
  }

  add(): void {
    this.#open += 1;
  }

  remove(): void {
    this.#open -= 1;
  }

  /** All that is wanted has been added. */
  close(): void {
    this.#planned = true;
  }

  get isOver(): boolean {
    return this.#planned && this.#open === 0;
  }
}
