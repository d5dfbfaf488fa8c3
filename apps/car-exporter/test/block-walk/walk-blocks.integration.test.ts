import { type BlockStore, createMemoryBlockStore, type WritableBlockStore } from '@waybill/block-store';
import { CarWriter, type FrameWriter } from '@waybill/car';
import { generateChain, type SyntheticChain, type SyntheticChainOptions } from '@waybill/car/testing';
import { seededRandom, tierCount } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { describe, expect, test } from 'vitest';
import { GrowingSeenSet } from '../../src/block-walk/growing-seen-set.ts';
import { walkBlocks } from '../../src/block-walk/walk-blocks.ts';
import { depthExportRule, type ExportRule, exportRangeRule, fullExportRule } from '../../src/walk/export-rule.ts';
import type { WalkSummary } from '../../src/walk/walk-car.ts';
import { memorySink } from '../support/export-chain.ts';
import { referenceImport } from '../support/reference-import.ts';
import { readReferenceCar, referenceStore } from '../support/reference-store.ts';
import {
  referenceExportRange,
  type ReferenceExport,
  referenceForestExport,
  referenceFullExport,
} from '../support/reference-walker.ts';

const CHAINS = tierCount({ push: 40, nightly: 500 });
const EVERYTHING = exportRangeRule({ tailHeight: 0, messages: true, receipts: true, stateRoots: true });

const cids = (list: readonly Uint8Array[]): CID[] => list.map((cid) => CID.decode(cid));

async function filled(chain: SyntheticChain, without?: string): Promise<WritableBlockStore> {
  const store = createMemoryBlockStore();
  const blocks = [...chain.blocks()].map(({ cid, data }) => ({ cid: cid.slice(), data: data.slice() }));
  await store.putMany(blocks.filter(({ cid }) => without === undefined || CID.decode(cid).toString() !== without));
  return store;
}

interface Exported {
  readonly car: Uint8Array;
  readonly summary: WalkSummary;
}

async function exported(
  store: BlockStore,
  rule: ExportRule,
  head: readonly Uint8Array[],
  seen?: GrowingSeenSet,
): Promise<Exported> {
  const sink = memorySink();
  const writer: FrameWriter = new CarWriter(sink, { roots: head, writeBufferBytes: 1000 });
  const summary = await walkBlocks({ store, head, rule, writer, seen, verify: true });
  await writer.end();
  return { car: sink.bytes(), summary };
}

async function expectSame(car: Uint8Array, reference: ReferenceExport, what: string): Promise<void> {
  const { roots, blocks } = await readReferenceCar(car);
  const found = blocks.map(({ cid }) => cid.toString());
  expect(new Set(found).size, `${what}: duplicates`).toBe(found.length);
  expect(found.toSorted(), what).toEqual([...reference.cids].toSorted());
  expect(referenceImport({ roots, blocks }).head.map(String), what).toEqual(roots.map(String));
}

/** Small chains of any shape; heights 0 and 1 among them. */
function* chainsOf(seedBase: number): Generator<{ options: SyntheticChainOptions; below: (count: number) => number }> {
  const random = seededRandom(seedBase);
  const below = (count: number): number => Math.floor(random() * count);
  for (let seed = 1; seed <= CHAINS; seed += 1)
    yield { options: { seed, epochs: below(14), stateBlocksPerEpoch: 5, stateActors: 10 }, below };
}

describe('a walk over blocks by CID', () => {
  test(`has what the reference has, on ${CHAINS} random chains`, async () => {
    for (const { options, below } of chainsOf(91)) {
      const chain = await generateChain(options);
      await using store = disposable(await filled(chain));
      const reference = referenceStore(chain.blocks());
      const { tipsets } = chain.summary();
      const top = below(tipsets.length);
      const [head, tail] = [tipsets[top]!, tipsets[below(top + 1)]!];
      const what = `seed ${options.seed}, heights ${tail.height} to ${head.height}`;
      const flags = { messages: below(4) > 0, receipts: below(4) > 0, stateroots: below(4) > 0 };
      const range = referenceExportRange(reference, { head: cids(head.cids), tail: cids(tail.cids), ...flags });
      const rule = exportRangeRule({ tailHeight: tail.height, stateRoots: flags.stateroots, ...flags });
      const { car, summary } = await exported(store.store, rule, head.cids);
      await expectSame(car, range, what);
      expect(new Set(summary.missingReceipts), what).toEqual(range.missingReceipts);
      expect(summary.sizeBytes, what).toBe(car.length - headerLength(car));

      const [recentStateRoots, skipOldMessages, depth] = [below(15), below(2) > 0, below(15)];
      const full = fullExportRule({ headHeight: head.height, recentStateRoots, skipOldMessages });
      const lotus = { recentStateroots: recentStateRoots, skipOldMsgs: skipOldMessages };
      const fullReference = referenceFullExport(reference, { head: cids(head.cids), ...lotus });
      await expectSame((await exported(store.store, full, head.cids)).car, fullReference, `${what}, full`);
      const forest = referenceForestExport(reference, { head: cids(head.cids), depth });
      const byDepth = depthExportRule({ headHeight: head.height, depth });
      await expectSame((await exported(store.store, byDepth, head.cids)).car, forest, `${what}, depth ${depth}`);
    }
  });

  test('asks for each block once, and gives the same bytes whenever the answers come', async () => {
    const chain = await generateChain({ seed: 4, epochs: 40, messagesPerBlock: 20 });
    const store = await filled(chain);
    const random = seededRandom(3);
    const asked: string[] = [];
    const slow: BlockStore = Object.assign(Object.create(store) as BlockStore, {
      getManyBytes: async (list: readonly Uint8Array[]) => {
        asked.push(...list.map((cid) => CID.decode(cid).toString()));
        const found = await store.getManyBytes(list);
        await new Promise((resolve) => setTimeout(resolve, random() * 5));
        return found;
      },
    });
    const head = chain.summary().headCids;
    const one = await exported(store, EVERYTHING, head);
    const other = await exported(slow, EVERYTHING, head);
    expect(Buffer.compare(one.car, other.car)).toBe(0);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked).toHaveLength(one.summary.blockCount + one.summary.missingReceipts.length);
    await store.close();
  });

  test('leaves out what an earlier walk has marked', async () => {
    const chain = await generateChain({ seed: 12, epochs: 20 });
    const store = await filled(chain);
    const { tipsets } = chain.summary();
    // The older one has no state at heights that the new one wants.
    const [old, head] = [tipsets.at(-4)!, tipsets.at(-1)!];
    const reference = referenceStore(chain.blocks());
    const diff = { tipset: cids(old.cids), depth: 5 };
    const expected = referenceForestExport(reference, { head: cids(head.cids), depth: 8, diff });
    const seen = new GrowingSeenSet(100);
    await walkBlocks({ store, head: old.cids, rule: depthExportRule({ headHeight: old.height, depth: 5 }), seen });
    const rule = depthExportRule({ headHeight: head.height, depth: 8 });
    const { car } = await exported(store, rule, head.cids, seen);
    const { blocks } = await readReferenceCar(car);
    expect(blocks.map(({ cid }) => cid.toString()).toSorted()).toEqual([...expected.cids].toSorted());
    await store.close();
  });

  test('names a block that is missing, its header and epoch, wherever it hangs', async () => {
    const chain = await generateChain({ seed: 6, epochs: 6 });
    const { tipsets, headCids } = chain.summary();
    const range = { head: cids(headCids), tail: cids(tipsets[0]!.cids), messages: true, receipts: true };
    const reference = referenceStore(chain.blocks());
    const strict = referenceExportRange(reference, { ...range, receipts: false, stateroots: true }).cids;
    for (const victim of [...strict].filter((_, at) => at % 23 === 0)) {
      await using store = disposable(await filled(chain, victim));
      await expect(exported(store.store, EVERYTHING, headCids), victim).rejects.toMatchObject({
        code: 'ERR_CHAIN_BLOCK_MISSING',
        cid: victim,
      });
    }
    const state = tipsets[4]!;
    const victim = CID.decode(state.stateRoot).toString();
    const missing = exported(await filled(chain, victim), EVERYTHING, headCids);
    await expect(missing).rejects.toMatchObject({ task: 'state', epoch: state.height, cid: victim });
  });

  test('ends at once when it is aborted, with nothing under way', async () => {
    const chain = await generateChain({ seed: 4, epochs: 20 });
    const store = await filled(chain);
    const abort = new AbortController();
    const reason = new Error('stop');
    let underWay = 0;
    const hanging: BlockStore = Object.assign(Object.create(store) as BlockStore, {
      getManyBytes: async (list: readonly Uint8Array[], { signal }: { signal: AbortSignal }) => {
        if (list.length < 20) return await store.getManyBytes(list);
        underWay += 1;
        setTimeout(() => abort.abort(reason), 5);
        return await new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            underWay -= 1;
            reject(signal.reason as Error);
          }),
        );
      },
    });
    const walk = walkBlocks({ store: hanging, head: chain.summary().headCids, rule: EVERYTHING }, abort);
    await expect(walk).rejects.toBe(reason);
    expect(underWay).toBe(0);
  });
});

function headerLength(car: Uint8Array): number {
  let length = 0;
  let at = 0;
  for (let shift = 1; ; shift *= 128, at += 1) {
    length += ((car[at] ?? 0) & 0x7f) * shift;
    if ((car[at] ?? 0) < 0x80) return at + 1 + length;
  }
}

function disposable<S extends BlockStore>(store: S): AsyncDisposable & { store: S } {
  return { store, [Symbol.asyncDispose]: () => store.close() };
}
