import { describe, expect, test } from 'vitest';
import {
  BlockMissingError,
  type BlockStore,
  BlockStoreUnreadableError,
  createMemoryBlockStore,
  retryingBlockStore,
} from '../src/index.ts';
import { blockStoreSuite, suiteBlock } from '../src/suite/index.ts';

const unreadable = (cause: Error = new Error('reset')): Error => new BlockStoreUnreadableError(undefined, cause);

/** A store whose first reads fail. */
function failing(errors: Error[]): BlockStore & { calls: number } {
  const memory = createMemoryBlockStore();
  const counting = {
    ...memory,
    close: () => memory.close(),
    calls: 0,
    get: () => {
      counting.calls += 1;
      const error = errors.shift();
      return error === undefined ? Promise.resolve(Uint8Array.of(7)) : Promise.reject(error);
    },
    has: memory.has,
    getMany: memory.getMany,
    getManyBytes: memory.getManyBytes,
  };
  return counting;
}

describe('the retrying store over a memory store', () => {
  blockStoreSuite({
    supports: { writes: false, reopen: false, corrupt: false, makeUnreadable: false },
    create: async () => {
      const memory = createMemoryBlockStore();
      const add = async (blocks: Parameters<typeof memory.putMany>[0]): Promise<void> => {
        await memory.putMany(blocks);
      };
      return { store: retryingBlockStore(memory), add, dispose: () => memory.close() };
    },
  });
});

test('tries again what is retryable, with growing pauses, and says so', async () => {
  const store = failing([unreadable(), unreadable(), unreadable()]);
  const pauses: number[] = [];
  const onRetry = ({ delayMs }: { delayMs: number }): number => pauses.push(delayMs);
  const retrying = retryingBlockStore(store, { baseMs: 2, jitter: 0, onRetry });
  expect(await retrying.get(suiteBlock('a').name)).toEqual(Uint8Array.of(7));
  expect(pauses).toEqual([2, 4, 8]);
});

test('ends with the last error when no attempt is left', async () => {
  const errors = [unreadable(new Error('first')), unreadable(new Error('second')), unreadable(new Error('third'))];
  const store = failing(errors);
  const get = retryingBlockStore(store, { attempts: 2, baseMs: 1 }).get(suiteBlock('a').name);
  await expect(get).rejects.toThrow('second');
  expect(store.calls).toBe(2);
});

test('does not try again what is missing', async () => {
  const store = failing([new BlockMissingError(suiteBlock('a').name)]);
  await expect(retryingBlockStore(store, { baseMs: 1 }).get(suiteBlock('a').name)).rejects.toThrow('is not there');
  expect(store.calls).toBe(1);
});

test('waits as long as a server asks for, up to the limit', async () => {
  const asking = (retryAfterMs: number): Error => unreadable(Object.assign(new Error('busy'), { retryAfterMs }));
  const pauses: number[] = [];
  const onRetry = ({ delayMs }: { delayMs: number }): number => pauses.push(delayMs);
  const store = failing([asking(9), asking(100_000)]);
  await retryingBlockStore(store, { baseMs: 1, maxMs: 12, jitter: 0, onRetry }).get(suiteBlock('a').name);
  expect(pauses).toEqual([9, 12]);
});

test('ends at once when it is aborted during a pause', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const store = failing([unreadable()]);
  const retrying = retryingBlockStore(store, {
    baseMs: 100_000,
    maxMs: 100_000,
    onRetry: () => setImmediate(() => abort.abort(reason)),
  });
  await expect(retrying.get(suiteBlock('a').name, { signal: abort.signal })).rejects.toBe(reason);
  expect(store.calls).toBe(1);
});
