import type { MissingLink } from './chunk-scanner.ts';
import { OrdinalList } from './ordinal-list.ts';

/** What is read together, how far that is, and what it leads to so far. */
export class Generation {
  /** Sorted. */
  readonly ordinals: Uint32Array;
  /** So many of them were given to the output. */
  done = 0;
  /** The next generation, not sorted. */
  readonly next = new OrdinalList();
  /** By the order of the frames that have the links. */
  readonly missing: MissingLink[] = [];

  constructor(ordinals: Uint32Array) {
    this.ordinals = ordinals;
  }
}
