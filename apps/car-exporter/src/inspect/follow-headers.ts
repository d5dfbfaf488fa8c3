import { decodeBlockHeader } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import type { FetchBlock, Tipset } from '../chain/tipset.ts';

export interface HeaderChain {
  readonly headHeight: number;
  /** Of the oldest tipset that is there. */
  readonly lowestHeight: number;
  readonly tipsets: number;
  readonly headers: number;
  /** Epochs without a tipset, between head and the lowest one. */
  readonly nullRounds: number;
  /** Whether the chain ends at a genesis, and not because a header is absent. */
  readonly hasGenesis: boolean;
}

/** Goes from parents to parents as far as they are there. @throws CarError for what is no header. */
export async function followHeaders(
  fetch: FetchBlock,
  head: Tipset,
  { signal }: AbortOptions = {},
): Promise<HeaderChain> {
  let lowestHeight = head.height;
  let [tipsets, headers] = [1, head.headers.length];
  let parents = head.headers[0]?.parents ?? [];
  while (lowestHeight > 0) {
    signal?.throwIfAborted();
    const found = await Promise.all(parents.map((cid) => fetch(cid, { signal })));
    const [first] = found;
    if (first === undefined || found.includes(undefined)) break;
    const header = decodeBlockHeader(first, 0, first.length);
    if (header.height >= lowestHeight) break;
    lowestHeight = header.height;
    parents = header.parents;
    tipsets += 1;
    headers += found.length;
  }
  const nullRounds = head.height - lowestHeight + 1 - tipsets;
  return { headHeight: head.height, lowestHeight, tipsets, headers, nullRounds, hasGenesis: lowestHeight === 0 };
}
