import { test } from 'vitest';
import type { BlobStore } from '../blob-store.ts';
import type { BlobKey } from '../blob-key.ts';

/** A new, empty store with what the suite needs to reach behind it. */
export interface SuiteStore {
  readonly store: BlobStore;
  /** Opens the same data anew, as after the end of a process that did not close its store. */
  readonly reopen?: () => Promise<BlobStore>;
  /** Cuts what is stored under a key to this many bytes. */
  readonly truncate?: (key: BlobKey, sizeBytes: number) => Promise<void>;
  /** Makes reads of a key fail although it is there. */
  readonly makeUnreadable?: (key: BlobKey) => Promise<void>;
  /** Closes all stores and removes the data. */
  readonly dispose: () => Promise<void>;
}

export interface BlobStoreSuiteInit {
  readonly create: () => Promise<SuiteStore>;
  readonly supports?: SuiteSupport;
}

export interface SuiteSupport {
  /** Whether `reopen` is there; default true. */
  reopen?: boolean;
  /** Whether `truncate` is there; default true. */
  truncate?: boolean;
  /** Whether `makeUnreadable` is there; default true. */
  makeUnreadable?: boolean;
  /** Whether `store.partials` has to be there; default true. */
  partials?: boolean;
  /** How exact the times of references are; default 1 ms. */
  referenceResolutionMs?: number;
  /** How many puts of one key at once; default 100. */
  concurrentPuts?: number;
}

/** A store with everything to reach behind it; what is not supported fails when it is called, and its rows are left out. */
type FullSuiteStore = Required<SuiteStore>;

/** What the rows get: a way to a store that is disposed when `work` has ended. */
export interface SuiteContext {
  readonly supports: Required<SuiteSupport>;
  readonly withStore: (work: (store: BlobStore, all: FullSuiteStore) => Promise<void>) => Promise<void>;
}

function notSupported(): never {
  throw new Error('declared as supported, and not there');
}

const unsupported = { reopen: notSupported, truncate: notSupported, makeUnreadable: notSupported };

export function suiteContext({ create, supports = {} }: BlobStoreSuiteInit): SuiteContext {
  return {
    supports: {
      reopen: true,
      truncate: true,
      makeUnreadable: true,
      partials: true,
      referenceResolutionMs: 1,
      concurrentPuts: 100,
      ...supports,
    },
    withStore: async (work) => {
      const all = await create();
      try {
        await work(all.store, { ...unsupported, ...all });
      } finally {
        await all.dispose();
      }
    },
  };
}

/** Declares a row only where the store supports it: the others are not there, instead of skipped. */
export function testWhen(supported: boolean): (title: string, body: () => Promise<void>) => void {
  return supported ? (title, body) => test(title, body) : () => undefined;
}
