import { type BlockRetryInit, BlockStoreUnreadableError } from '@waybill/block-store';
import { blockStoreSuite, type SuiteBlock, suiteBlock, suiteBlocks } from '@waybill/block-store/suite';
import { waitFor } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { describe, expect, test } from 'vitest';
import {
  openRpcBlockStore,
  type OpenRpcBlockStoreInit,
  RpcAnswerInvalidError,
  RpcCallFailedError,
} from '../src/index.ts';
import { type FakeNode, type FakeNodeInit, startFakeNode } from '../src/testing/index.ts';

const quick: BlockRetryInit = { baseMs: 2, maxMs: 20 };

function fill(node: FakeNode, blocks: Iterable<Pick<SuiteBlock, 'name' | 'data'>>): void {
  for (const { name, data } of blocks) node.blocks.set(name.toString(), data);
}

/** A node and a store on it, both closed in the end. */
async function withNode(
  { init = {}, open = {} }: { init?: FakeNodeInit; open?: Partial<OpenRpcBlockStoreInit> },
  work: (store: Awaited<ReturnType<typeof openRpcBlockStore>>, node: FakeNode) => Promise<void>,
): Promise<void> {
  await using node = await startFakeNode(init);
  const store = await openRpcBlockStore({ address: node.url, retry: quick, ...open });
  try {
    await work(store, node);
  } finally {
    await store.close();
  }
}

describe.each([
  { title: 'in batches', batchSize: 40, batches: true },
  { title: 'call by call', batchSize: 1, batches: true },
  { title: 'that knows no batches', batchSize: 40, batches: false },
])('the store on a node $title', ({ batchSize, batches }) => {
  blockStoreSuite({
    supports: { writes: false, reopen: false },
    create: async () => {
      const node = await startFakeNode({ batches });
      const store = await openRpcBlockStore({ address: node.url, batchSize, retry: quick });
      const nameOf = ({ cid }: { cid: Uint8Array }): string => CID.decode(cid).toString();
      return {
        store,
        add: async (blocks) => {
          for (const block of blocks) node.blocks.set(nameOf(block), block.data);
          await Promise.resolve();
        },
        corrupt: async (block, data) => {
          node.corrupt.set(nameOf(block), data);
          await Promise.resolve();
        },
        makeUnreadable: async (block) => {
          node.unreadable.add(nameOf(block));
          await Promise.resolve();
        },
        dispose: async () => {
          await store.close();
          await node.close();
        },
      };
    },
  });
});

describe('batching', () => {
  test('sends as many calls in a request as it is told, and each once', () =>
    withNode({ open: { batchSize: 100 } }, async (store, node) => {
      const blocks = suiteBlocks('many', 950);
      fill(node, blocks);
      await store.getMany(blocks.map(({ name }) => name));
      expect(node.requests).toBe(10);
      expect([...node.reads.values()]).toEqual(new Array(950).fill(1));
    }));

  test('asks a node that knows no batches once for one, and then call by call', () =>
    withNode({ init: { batches: false }, open: { batchSize: 10, concurrency: 1 } }, async (store, node) => {
      const blocks = suiteBlocks('single', 25);
      fill(node, blocks);
      const names = blocks.map(({ name }) => name);
      expect((await store.getMany(names)).every((data) => data !== undefined)).toBe(true);
      const before = node.requests;
      await store.getMany(names);
      expect(node.requests - before).toBe(25);
    }));

  test('halves a batch whose answer is too large, down to one block', () =>
    withNode({ open: { batchSize: 64, maxAnswerBytes: 50_000 } }, async (store, node) => {
      const blocks = suiteBlocks('large', 64, () => 10_000);
      fill(node, blocks);
      const found = await store.getMany(blocks.map(({ name }) => name));
      expect(found.map((data) => Buffer.from(data ?? []))).toEqual(blocks.map(({ data }) => data));
      const huge = suiteBlock('huge', 100_000);
      fill(node, [huge]);
      const get = store.get(huge.name);
      await expect(get).rejects.toBeInstanceOf(BlockStoreUnreadableError);
      await expect(get).rejects.toMatchObject({ retryable: false, cause: { code: 'ERR_RESPONSE_TOO_LARGE' } });
    }));

  test('asks for all missing blocks of a call again in one request, by ChainHasObj', () =>
    withNode({}, async (store, node) => {
      const missing = suiteBlocks('missing', 30).map(({ name }) => name);
      expect(await store.getMany(missing)).toEqual(missing.map(() => undefined));
      expect(node.requests).toBe(2);
      expect(node.calls.get('Filecoin.ChainHasObj')).toBe(30);
    }));
});

describe('limits', () => {
  test('has no more requests under way than it is told, whoever asks', () =>
    withNode({ init: { latencyMs: 5 }, open: { batchSize: 3, concurrency: 4 } }, async (store, node) => {
      const blocks = suiteBlocks('waiting', 120);
      fill(node, blocks);
      const names = blocks.map(({ name }) => name);
      await Promise.all([
        store.getMany(names.slice(0, 60)),
        store.getMany(names.slice(60)),
        store.has(suiteBlock('x').name),
      ]);
      expect(node.mostOpen).toBe(4);
    }));

  test('stops reading an answer without an end at the limit', () =>
    withNode({ init: { fault: () => 'huge' }, open: { maxAnswerBytes: 300_000 } }, async (store) => {
      await expect(store.get(suiteBlock('a').name)).rejects.toMatchObject({
        cause: { code: 'ERR_RESPONSE_TOO_LARGE' },
      });
    }));

  test('gives up a node that hangs, and frees the connection', () =>
    withNode(
      { init: { fault: () => 'hang' }, open: { timeoutMs: 50, retry: { ...quick, attempts: 2 } } },
      async (store, node) => {
        const get = store.get(suiteBlock('a').name);
        await expect(get).rejects.toMatchObject({
          code: 'ERR_BLOCK_STORE_UNREADABLE',
          cause: { code: 'ERR_RESPONSE_TIMEOUT' },
        });
        expect(node.requests).toBe(2);
        await waitFor(() => (node.open === 0 ? true : undefined), { timeoutMs: 5000 });
      },
    ));

  test('ends at once when it is aborted, in a request, in the queue and in a pause', () =>
    withNode(
      {
        init: { fault: (request) => (request === 1 ? { status: 503 } : 'hang') },
        open: { batchSize: 1, concurrency: 2, retry: { baseMs: 60_000, maxMs: 60_000 } },
      },
      async (store, node) => {
        const abort = new AbortController();
        const reason = new Error('enough');
        const get = store.getMany(
          suiteBlocks('stuck', 20).map(({ name }) => name),
          { signal: abort.signal },
        );
        await waitFor(() => (node.requests >= 3 ? true : undefined), { timeoutMs: 5000 });
        abort.abort(reason);
        await expect(get).rejects.toBe(reason);
        await waitFor(() => (node.open === 0 ? true : undefined), { timeoutMs: 5000 });
        expect(node.requests).toBeLessThanOrEqual(4);
      },
    ));

  test('ends the other requests of a call when one has failed for good', () =>
    withNode(
      { init: { fault: (request) => (request === 2 ? { status: 403 } : 'hang') }, open: { batchSize: 1 } },
      async (store, node) => {
        const get = store.getMany(suiteBlocks('doomed', 30).map(({ name }) => name));
        await expect(get).rejects.toMatchObject({
          retryable: false,
          cause: { code: 'ERR_RESPONSE_STATUS', status: 403 },
        });
        await waitFor(() => (node.open === 0 ? true : undefined), { timeoutMs: 5000 });
      },
    ));
});

describe('retries', () => {
  test.each([
    'reset',
    'truncate',
    'garbage',
    'strangers',
    { status: 503 },
    { status: 429, retryAfterSeconds: 0 },
  ] as const)('gets every block although two requests of three end with %j', (fault) =>
    withNode(
      { init: { fault: (request) => (request % 3 === 0 ? undefined : fault) }, open: { batchSize: 5, concurrency: 1 } },
      async (store, node) => {
        const blocks = suiteBlocks('patient', 20);
        fill(node, blocks);
        const found = await store.getMany(blocks.map(({ name }) => name));
        expect(found.map((data) => Buffer.from(data ?? []))).toEqual(blocks.map(({ data }) => data));
        expect(node.requests).toBe(12);
        expect([...node.reads.values()]).toEqual(new Array(20).fill(1));
      },
    ),
  );

  test('does not repeat what was refused', () =>
    withNode({ init: { token: 'secret' }, open: { token: 'wrong' } }, async (store, node) => {
      const get = store.get(suiteBlock('a').name);
      await expect(get).rejects.toMatchObject({ retryable: false, cause: { status: 401 } });
      expect(node.requests).toBe(1);
    }));

  test('does not repeat what is corrupt', () =>
    withNode({}, async (store, node) => {
      const block = suiteBlock('right');
      fill(node, [block]);
      node.corrupt.set(block.name.toString(), Buffer.from('wrong'));
      await expect(store.get(block.name)).rejects.toMatchObject({
        code: 'ERR_BLOCK_CORRUPT',
        cid: block.name.toString(),
      });
      expect(node.requests).toBe(1);
    }));
});

describe('the chain of a node', () => {
  const tipsets = [0, 1, 4].map((height) => ({
    height,
    cids: suiteBlocks(`block at ${height}`, height + 1).map(({ name }) => name.toString()),
  }));

  test('gives the head, tipsets by their blocks, and by height the older one for a null round', () =>
    withNode({ init: { tipsets } }, async (store) => {
      const head = await store.head();
      expect([head.height, head.cids.map(String)]).toEqual([4, tipsets[2]?.cids]);
      expect((await store.tipset(head.cids)).height).toBe(4);
      expect((await store.tipsetByHeight(3)).height).toBe(1);
      expect((await store.tipsetByHeight(0, head.cids)).height).toBe(0);
      const above = store.tipsetByHeight(5);
      await expect(above).rejects.toBeInstanceOf(RpcCallFailedError);
      await expect(above).rejects.toMatchObject({
        method: 'Filecoin.ChainGetTipSetByHeight',
        rpcCode: 1,
        retryable: false,
      });
    }));

  test('refuses an answer that is no tipset', () =>
    withNode({ init: { tipsets: [{ height: 1, cids: ['not a CID'] }] } }, async (store) => {
      await expect(store.head()).rejects.toBeInstanceOf(RpcAnswerInvalidError);
    }));

  test('sends the token of the address', () =>
    withNode({ init: { token: 'a.b-c_d', tipsets } }, async (_store, node) => {
      const { port } = new URL(node.url);
      const store = await openRpcBlockStore({ address: `a.b-c_d:/ip4/127.0.0.1/tcp/${port}/http` });
      expect((await store.head()).height).toBe(4);
      await store.close();
    }));
});
