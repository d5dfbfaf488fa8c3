import { createHash } from 'node:crypto';
import * as dagCbor from '@ipld/dag-cbor';
import { blake2b } from 'hash-wasm';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { describe, expect, test } from 'vitest';
import { chainPresets, generateChain, type SyntheticBlock, type SyntheticChain } from '../../src/testing/index.ts';

const DAG_CBOR = 0x71;
const FOLLOWED_CODECS = new Set([0x51, 0x55, DAG_CBOR]);
const BLAKE2B_256 = 0xb220;
const IDENTITY = 0;

interface StoredBlock {
  readonly cid: CID;
  readonly data: Uint8Array;
}

function stored(chain: SyntheticChain): Map<string, StoredBlock> {
  const blocks = [...chain.blocks()].map(({ cid, data }) => ({ cid: CID.decode(cid), data }));
  return new Map(blocks.map((block) => [block.cid.toString(), block]));
}

function linksOf(value: unknown): CID[] {
  const cid = CID.asCID(value);
  if (cid !== null) return [cid];
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(linksOf);
}

function digestOfAll(blocks: Iterable<SyntheticBlock>): string {
  const hash = createHash('sha256');
  for (const { cid, data } of blocks) hash.update(cid).update(data);
  return hash.digest('hex');
}

const namesOf = (blocks: Iterable<SyntheticBlock>): string[] =>
  Array.from(blocks, ({ cid }) => Buffer.from(cid).toString('hex'));

describe('a synthetic chain', () => {
  test('is the same, byte for byte, wherever it is made', async () => {
    const chain = await generateChain('tiny');
    expect(digestOfAll(chain.blocks())).toBe(GOLDEN);
    expect(digestOfAll(chain.blocks())).toBe(GOLDEN);
  });

  test('is another one for another seed', async () => {
    const [one, other] = await Promise.all([generateChain({ seed: 1 }), generateChain({ seed: 2 ** 40 + 1 })]);
    const names = new Set(namesOf(one.blocks()));
    const shared = namesOf(other.blocks()).filter((name) => names.has(name));
    // The empty array of messages, the empty pair of these, the empty info of the state.
    expect(shared.length).toBeLessThanOrEqual(3);
  });

  test('has blocks whose content is what their CID names', async () => {
    for (const { cid, data } of stored(await generateChain({ oddActorChance: 0.5 })).values()) {
      const { code, digest } = cid.multihash;
      const actual =
        code === BLAKE2B_256
          ? await blake2b(data, 256)
          : Buffer.from(sha256.encode(data) as Uint8Array).toString('hex');
      expect(actual).toBe(Buffer.from(digest).toString('hex'));
    }
  });

  test('has blocks of canonical DAG-CBOR', async () => {
    for (const { cid, data } of stored(await generateChain({ oddActorChance: 0.5 })).values()) {
      if (cid.code === DAG_CBOR) expect(Buffer.from(dagCbor.encode(dagCbor.decode(data)))).toEqual(Buffer.from(data));
    }
  });

  test('gives each block once, and as many as its summary says', async () => {
    for (const seed of [1, 2, 3]) {
      const chain = await generateChain({ seed, messagesPerBlock: 1, sharedMessageChance: 0.9 });
      const before = chain.summary();
      const blocks = [...chain.blocks()];
      expect(new Set(namesOf(blocks)).size).toBe(blocks.length);
      expect(before.blockCount).toBe(blocks.length);
      expect(before.dataBytes).toBe(blocks.reduce((sum, { data }) => sum + data.length, 0));
      expect(chain.summary()).toBe(before);
    }
  });

  test('lacks nothing of what can be followed but the receipts that it dropped', async () => {
    const chain = await generateChain({ epochs: 40, oddActorChance: 0.3 });
    const blocks = stored(chain);
    const missing = new Set<string>();
    for (const { cid, data } of blocks.values()) {
      const links = cid.code === DAG_CBOR ? linksOf(dagCbor.decode(data)) : [];
      for (const link of links) {
        const followed = FOLLOWED_CODECS.has(link.code) && link.multihash.code !== IDENTITY;
        if (followed && !blocks.has(link.toString())) missing.add(link.toString());
      }
    }
    const dropped = chain.summary().droppedReceipts.map((cid) => CID.decode(cid).toString());
    expect(dropped.length).toBeGreaterThan(3);
    expect([...missing].toSorted()).toEqual(dropped.toSorted());
  });

  test('has tipsets of one to many blocks, null rounds, and the head at the height that was asked for', async () => {
    const chain = await generateChain({ epochs: 60, nullRoundChance: 0.3 });
    const { tipsets, headCids, headHeight } = chain.summary();
    expect([tipsets[0]?.height, headHeight]).toEqual([0, 60]);
    expect(tipsets.length).toBeGreaterThan(20);
    expect(tipsets.length).toBeLessThan(55);
    expect(new Set(tipsets.map(({ cids }) => cids.length))).toEqual(new Set([1, 2, 3, 4]));
    expect(tipsets.at(-1)?.cids).toBe(headCids);
    const heights = tipsets.map(({ height }) => height);
    expect(heights).toEqual(heights.toSorted((one, other) => one - other));
  });

  test('has headers of 16 fields, in the order of their tickets, that lead back to a genesis with a sha2-256 parent', async () => {
    const chain = await generateChain({ epochs: 30 });
    const blocks = stored(chain);
    const { tipsets } = chain.summary();
    for (const [at, tipset] of tipsets.entries()) {
      const tickets: string[] = [];
      for (const cid of tipset.cids) {
        const block = blocks.get(CID.decode(cid).toString()) as StoredBlock;
        const header = dagCbor.decode<readonly unknown[]>(block.data);
        expect(header).toHaveLength(16);
        expect(header[7]).toBe(tipset.height);
        const parents = (header[5] as CID[]).map((parent) => Buffer.from(parent.bytes));
        expect(parents).toEqual((tipsets[at - 1]?.cids ?? tipset.parents).map((parent) => Buffer.from(parent)));
        const links = [header[8], header[9]].map((link) => Buffer.from((link as CID).bytes));
        expect(links).toEqual([tipset.stateRoot, tipset.receipts].map((link) => Buffer.from(link)));
        tickets.push(await blake2b((header[1] as [Uint8Array])[0], 256));
      }
      expect(tickets).toEqual(tickets.toSorted());
    }
    const [genesisParent] = tipsets[0]?.parents ?? [];
    const { code, multihash } = CID.decode(genesisParent as Uint8Array);
    expect([code, multihash.code]).toEqual([DAG_CBOR, sha256.code]);
    expect(blocks.has(CID.decode(genesisParent as Uint8Array).toString())).toBe(true);
  });

  test('shares state between epochs, and messages between the blocks of a tipset', async () => {
    const chain = await generateChain({
      epochs: 30,
      stateActors: 200,
      stateBlocksPerEpoch: 20,
      sharedMessageChance: 0.5,
    });
    const links = [...stored(chain).values()].flatMap(({ cid, data }) =>
      cid.code === DAG_CBOR ? linksOf(dagCbor.decode(data)).map(String) : [],
    );
    expect(links.length).toBeGreaterThan(2 * new Set(links).size);
  });

  test('has every trap that real chains have', async () => {
    const blocks = [...stored(await generateChain({ epochs: 40, oddActorChance: 0.5 })).values()];
    const links = blocks.flatMap(({ cid, data }) => (cid.code === DAG_CBOR ? linksOf(dagCbor.decode(data)) : []));
    const kinds = (cids: readonly CID[]): Set<string> =>
      new Set(cids.map(({ code, multihash }) => `${code.toString(16)} ${multihash.code.toString(16)}`));
    const inStore = ['71 b220', '55 b220', '51 b220', '71 12', '55 12'];
    expect(kinds(blocks.map(({ cid }) => cid))).toEqual(new Set(inStore));
    expect(kinds(links)).toEqual(new Set([...inStore, '55 0', '71 0', '70 12', 'f101 1012', 'f102 b401']));
    expect(links.some(({ version }) => version === 0)).toBe(true);
    const digests = blocks.map(({ cid }) => Buffer.from(cid.multihash.bytes).toString('hex'));
    expect(new Set(digests).size).toBeLessThan(digests.length);
  });

  test('leaves out what it is told to leave out', async () => {
    const chain = await generateChain({
      nullRoundChance: 0,
      blocksPerTipset: 1,
      messagesPerBlock: 0,
      droppedReceiptsChance: 0,
      oddActorChance: 0,
      orphansPerEpoch: 0,
      stateActors: 1,
      stateBlocksPerEpoch: 0,
    });
    const { tipsets, droppedReceipts } = chain.summary();
    expect(tipsets.map(({ height, cids }) => [height, cids.length])).toEqual(
      Array.from({ length: 13 }, (_, height) => [height, 1]),
    );
    expect(droppedReceipts).toEqual([]);
  });

  test('can be a genesis alone', async () => {
    const chain = await generateChain({ epochs: 0 });
    expect(chain.summary().tipsets.map(({ height }) => height)).toEqual([0]);
    expect(stored(chain).size).toBe(chain.summary().blockCount);
  });

  test.each([{ epochs: -1 }, { blocksPerTipset: 0 }, { seed: NaN }, { stateActors: Infinity }])(
    'refuses %j',
    async (options) => {
      await expect(generateChain(options)).rejects.toBeInstanceOf(RangeError);
    },
  );
});

describe('the order of blocks', () => {
  test('changes nothing but the order, and is the same each time', async () => {
    const chain = await generateChain('tiny');
    const plain = namesOf(chain.blocks());
    for (const order of [{ window: 50 }, { window: Infinity }, { direction: 'newest-first', window: 7 }] as const) {
      const names = namesOf(chain.blocks(order));
      expect(names).not.toEqual(plain);
      expect(names.toSorted()).toEqual(plain.toSorted());
      expect(namesOf(chain.blocks(order))).toEqual(names);
    }
    expect(namesOf(chain.blocks({ direction: 'newest-first' }))).toEqual(plain.toReversed());
  });

  test('mixes neighbours within a window only', async () => {
    const chain = await generateChain('tiny');
    const place = new Map(namesOf(chain.blocks()).map((name, at) => [name, at]));
    const moved = namesOf(chain.blocks({ window: 20 })).map((name, at) => Math.abs(at - (place.get(name) as number)));
    expect(Math.max(...moved)).toBeLessThan(20);
    expect(Math.max(...moved)).toBeGreaterThan(5);
  });

  test('gives some blocks a second time, after the first, where that is asked for', async () => {
    const names = namesOf((await generateChain({ duplicateChance: 0.2 })).blocks());
    const plain = namesOf((await generateChain()).blocks());
    expect(names.length).toBeGreaterThan(plain.length * 1.1);
    expect([...new Set(names)]).toEqual(plain);
  });
});

test('knows the presets by name', async () => {
  expect((await generateChain('bench')).options).toMatchObject(chainPresets.bench);
});

/** Of the preset `tiny`; it may change only together with what the chain is made of. */
const GOLDEN = '0dda0833f771ddbde8ba39d8787a349c2788fa7d3205e79f23f7bf2ec2040cc5';
