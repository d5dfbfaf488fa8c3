import { describe } from 'vitest';
import { createMemoryBlockStore } from '../src/index.ts';
import { blockStoreSuite } from '../src/suite/index.ts';

describe('the memory store', () => {
  blockStoreSuite({
    supports: { reopen: false, corrupt: false, makeUnreadable: false },
    create: async () => {
      const store = createMemoryBlockStore();
      return { store, dispose: () => store.close() };
    },
  });
});
