import { generateChain } from '@waybill/car/testing';
import { CID } from 'multiformats/cid';
import { describe, expect, test } from 'vitest';
import { resolveTipset, type ResolveTipsetInit } from '../../src/chain/resolve-tipset.ts';
import { loadTipset } from '../../src/chain/tipset.ts';
import { referenceStore } from '../support/reference-store.ts';

const chain = await generateChain({ seed: 4, epochs: 40, nullRoundChance: 0.3 });
const { tipsets } = chain.summary();
const store = referenceStore(chain.blocks());
const fetch: ResolveTipsetInit['fetch'] = (cid) => Promise.resolve(store.get(CID.decode(cid).toString()));
const head = () => loadTipset(fetch, chain.summary().headCids);
const resolve = async (reference: string) => (await resolveTipset(reference, { fetch, head })).height;

describe('resolveTipset', () => {
  test('gives for each height the tipset there, or, for a null round, the next older one', async () => {
    const heights = tipsets.map(({ height }) => height);
    expect(heights.length).toBeLessThan(41);
    for (let height = 0; height <= heights.at(-1)!; height += 1)
      expect(await resolve(`@${height}`)).toBe(Math.max(...heights.filter((there) => there <= height)));
  });

  test('knows the head, and tipsets by their CIDs, for which no head is needed', async () => {
    expect(await resolve('@head')).toBe(tipsets.at(-1)!.height);
    const { cids, height } = tipsets[3]!;
    const texts = cids.map((cid) => CID.decode(cid).toString());
    const none = () => Promise.reject(new Error('nobody knows'));
    expect((await resolveTipset(texts.join(', '), { fetch, head: none })).height).toBe(height);
  });

  test.for([['@41'], ['@-1'], ['@tail!'], ['nonsense'], ['']])('refuses %j', async ([reference = '']) => {
    await expect(resolve(reference)).rejects.toMatchObject({ code: 'ERR_TIPSET_REFERENCE_INVALID' });
  });

  test('puts the blocks into the order of their tickets, however they are named', async () => {
    const several = tipsets.filter(({ cids }) => cids.length > 1);
    expect(several.length).toBeGreaterThan(5);
    for (const { cids } of several) {
      const texts = cids.map((cid) => CID.decode(cid).toString());
      const { cids: found, headers } = await resolveTipset(texts.toReversed().join(','), { fetch, head });
      expect(found.map((cid) => CID.decode(cid).toString())).toEqual(texts);
      expect(headers).toEqual((await loadTipset(fetch, cids)).headers);
    }
  });

  test('refuses a block that is named twice', async () => {
    const text = CID.decode(tipsets[2]!.cids[0]!).toString();
    await expect(resolve(`${text},${text}`)).rejects.toMatchObject({
      code: 'ERR_TIPSET_INVALID',
      message: `block ${text} is named twice`,
    });
  });

  test('refuses blocks of two heights', async () => {
    const texts = [tipsets[2]!, tipsets[3]!].map(({ cids }) => CID.decode(cids[0]!).toString());
    await expect(resolve(texts.join(','))).rejects.toMatchObject({ code: 'ERR_TIPSET_INVALID' });
  });
});
