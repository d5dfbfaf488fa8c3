import { test } from 'vitest';
import type { Block, BlockStore, WritableBlockStore } from '../block-store.ts';

/** A new, empty store with what the suite needs to reach behind it. */
export interface SuiteStore {
  readonly store: BlockStore | WritableBlockStore;
  /** Puts blocks where the store finds them; default: its own `putMany`. */
  readonly add?: (blocks: readonly Block[]) => Promise<void>;
  /** Opens the same data anew, as after the end of a process that did not close its store. */
  readonly reopen?: () => Promise<BlockStore>;
  /** Replaces what is stored for a block, behind the store's back. The store MUST then find it corrupt. */
  readonly corrupt?: (block: Block, data: Uint8Array) => Promise<void>;
  /** Makes reads of a block fail although it is there. */
  readonly makeUnreadable?: (block: Block) => Promise<void>;
  /** Closes all stores and removes the data. */
  readonly dispose: () => Promise<void>;
}

export interface SuiteSupport {
  /** Whether the store is a WritableBlockStore; default true. */
  writes?: boolean;
  /** Whether `reopen` is there; default true. */
  reopen?: boolean;
  /** Whether `corrupt` is there; default true. */
  corrupt?: boolean;
  /** Whether `makeUnreadable` is there; default true. */
  makeUnreadable?: boolean;
}

export interface BlockStoreSuiteInit {
  readonly create: () => Promise<SuiteStore>;
  readonly supports?: SuiteSupport;
}

type FullSuiteStore = Required<SuiteStore>;
type WritableSuiteStore = FullSuiteStore & { readonly store: WritableBlockStore };

/** What the rows get: a way to a store that is disposed when `work` has ended. */
export interface SuiteContext {
  readonly supports: Required<SuiteSupport>;
  readonly withStore: (work: (store: BlockStore, all: FullSuiteStore) => Promise<void>) => Promise<void>;
  readonly withWritable: (work: (store: WritableBlockStore, all: WritableSuiteStore) => Promise<void>) => Promise<void>;
}

function notSupported(): never {
  throw new Error('declared as supported, and not there');
}

const unsupported = { reopen: notSupported, corrupt: notSupported, makeUnreadable: notSupported };

export function suiteContext({ create, supports = {} }: BlockStoreSuiteInit): SuiteContext {
  const withStore: SuiteContext['withStore'] = async (work) => {
    const all = await create();
    const add = async (blocks: readonly Block[]): Promise<void> => {
      await (all.store as WritableBlockStore).putMany(blocks);
    };
    try {
      await work(all.store, { add, ...unsupported, ...all });
    } finally {
      await all.dispose();
    }
  };
  return {
    supports: { writes: true, reopen: true, corrupt: true, makeUnreadable: true, ...supports },
    withStore,
    withWritable: (work) => withStore((store, all) => work(store as WritableBlockStore, all as WritableSuiteStore)),
  };
}

/** Declares a row only where the store supports it: the others are not there, instead of skipped. */
export function testWhen(supported: boolean): (title: string, body: () => Promise<void>) => void {
  return supported ? (title, body) => test(title, body) : () => undefined;
}
