import { openFlatfsBlockStore } from '@waybill/block-store-flatfs';
import { openLmdbBlockStore } from '@waybill/block-store-lmdb';
import { openRpcBlockStore } from '@waybill/block-store-rpc';
import type { AbortOptions } from '@waybill/common';
import { CID } from 'multiformats/cid';
import { TipsetReferenceInvalidError } from '../chain/chain-errors.ts';
import { BlockChainSource } from './block-chain-source.ts';
import type { SourceReference } from './source-reference.ts';

export interface BlockSourceConfig {
  /** For a node; default: the one in its address. */
  readonly nodeToken?: string | undefined;
}

/** One table of the seen set then holds all. Beyond 90 MB it grows by itself: a range of a large store may be small. */
const MOST_EXPECTED = 4_000_000;
const LEAST_EXPECTED = 100_000;

const bytesOf = (cids: readonly CID[]): Uint8Array[] => cids.map(({ bytes }) => bytes);

/** Opens a database, a folder of Kubo, or a node. @throws What the store throws when it is opened. */
export async function openBlockSource(
  reference: Exclude<SourceReference, { kind: 'car' }>,
  { nodeToken }: BlockSourceConfig,
  options: AbortOptions = {},
): Promise<BlockChainSource> {
  switch (reference.kind) {
    case 'lmdb':
      return await openLmdbSource(reference.path, options);
    case 'flatfs': {
      const store = await openFlatfsBlockStore({ path: reference.path });
      return new BlockChainSource({ store, headCids: () => unknownHead(reference.path), verified: true });
    }
    case 'node':
      return await openNodeSource(reference.address, nodeToken);
  }
}

async function openLmdbSource(path: string, options: AbortOptions): Promise<BlockChainSource> {
  const store = await openLmdbBlockStore({ path, readOnly: true }, options);
  const headCids = async ({ signal }: AbortOptions): Promise<Uint8Array[]> => {
    const roots = await store.roots({ signal });
    return roots.length > 0 ? bytesOf(roots) : await unknownHead(path);
  };
  const expectedBlocks = Math.min(Math.max(LEAST_EXPECTED, await store.blockCount(options)), MOST_EXPECTED);
  return new BlockChainSource({ store, headCids, verified: false, expectedBlocks });
}

async function openNodeSource(address: string, token: string | undefined): Promise<BlockChainSource> {
  const store = await openRpcBlockStore({ address, token, userAgent: 'waybill-car-exporter' });
  return new BlockChainSource({
    store,
    headCids: async (options) => bytesOf((await store.head(options)).cids),
    cidsAtHeight: async (height, head, options) => {
      const from = head.cids.map((cid) => CID.decode(cid));
      return bytesOf((await store.tipsetByHeight(height, from, options)).cids);
    },
    verified: true,
  });
}

function unknownHead(path: string): Promise<never> {
  const problem = `${path} does not know the head of its chain: give the CIDs of a tipset`;
  return Promise.reject(new TipsetReferenceInvalidError('@head', problem));
}
