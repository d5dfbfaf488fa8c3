import type { FakeTipset } from './fake-node.ts';

export interface FakeCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What a fake node knows. */
export interface FakeChain {
  readonly blocks: ReadonlyMap<string, Uint8Array>;
  readonly corrupt: ReadonlyMap<string, Uint8Array>;
  readonly unreadable: ReadonlySet<string>;
  readonly tipsets: readonly FakeTipset[];
  readonly calls: Map<string, number>;
  readonly reads: Map<string, number>;
}

export function isCall(value: unknown): value is FakeCall {
  const { jsonrpc, id, method, params } = (value ?? {}) as Record<string, unknown>;
  return jsonrpc === '2.0' && typeof id === 'number' && typeof method === 'string' && Array.isArray(params);
}

/** The answer of Lotus to one call: its error code 1 for all that the method itself complains about. */
export function answerCall(chain: FakeChain, { id, method, params }: FakeCall): unknown {
  count(chain.calls, method);
  const answer = methods[method];
  try {
    if (answer === undefined)
      return { jsonrpc: '2.0', id, error: { code: -32_601, message: `method '${method}' not found` } };
    return { jsonrpc: '2.0', id, result: answer(chain, params) };
  } catch (error) {
    return { jsonrpc: '2.0', id, error: { code: 1, message: (error as Error).message } };
  }
}

type Method = (chain: FakeChain, params: readonly unknown[]) => unknown;

const methods: Readonly<Record<string, Method>> = {
  'Filecoin.ChainReadObj': readObject,
  'Filecoin.ChainHasObj': (chain, [cid]) => chain.blocks.has(textOf(cid)),
  'Filecoin.ChainHead': (chain) => format(chain.tipsets.at(-1)),
  'Filecoin.ChainGetTipSet': (chain, [key]) => format(findTipset(chain, key)),
  'Filecoin.ChainGetTipSetByHeight': tipsetByHeight,
};

function readObject(chain: FakeChain, [param]: readonly unknown[]): string {
  const cid = textOf(param);
  count(chain.reads, cid);
  const data = chain.corrupt.get(cid) ?? chain.blocks.get(cid);
  if (data === undefined) throw new Error(`blockstore get: ipld: could not find ${cid}`);
  if (chain.unreadable.has(cid)) throw new Error('blockstore get: Value log get error: EOF');
  return Buffer.from(data).toString('base64');
}

function tipsetByHeight(chain: FakeChain, [height, key]: readonly unknown[]): unknown {
  const from = Array.isArray(key) && key.length > 0 ? findTipset(chain, key) : chain.tipsets.at(-1);
  if (from !== undefined && (height as number) > from.height) {
    throw new Error('looking for tipset with height greater than start point');
  }
  return format(chain.tipsets.findLast((tipset) => tipset.height <= (height as number)));
}

function findTipset(chain: FakeChain, key: unknown): FakeTipset | undefined {
  const wanted = (key as unknown[]).map(textOf).join();
  return chain.tipsets.find(({ cids }) => cids.join() === wanted);
}

function format(tipset: FakeTipset | undefined): unknown {
  if (tipset === undefined) throw new Error('tipset not found');
  return { Cids: tipset.cids.map((cid) => ({ '/': cid })), Blocks: [], Height: tipset.height };
}

function textOf(cid: unknown): string {
  return (cid as { '/': string })['/'];
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
