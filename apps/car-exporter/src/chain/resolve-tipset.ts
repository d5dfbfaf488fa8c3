import type { CidBytes } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { CID } from 'multiformats/cid';
import { ChainInvalidError, TipsetReferenceInvalidError } from './chain-errors.ts';
import { type FetchBlock, loadTipset, type Tipset } from './tipset.ts';

export interface ResolveTipsetInit {
  readonly fetch: FetchBlock;
  /** Where `@head` is; heights are counted back from here. Not asked for where CIDs are given. */
  readonly head: (options: AbortOptions) => Promise<Tipset>;
  /** A shorter way to the tipset at a height, or to the next older one, than from parents to parents. */
  readonly atHeight?: ((height: number, head: Tipset, options: AbortOptions) => Promise<Tipset>) | undefined;
}

const HEIGHT = /^@(\d+)$/;

/**
 * The tipset that a text names, as Lotus reads it (specification 1.1): `@head`; `@HEIGHT`, for a null round the next OLDER
 * tipset; or the CIDs of its blocks, separated by commas.
 * @throws TipsetReferenceInvalidError, TipsetInvalidError, ChainBlockMissingError, ChainInvalidError.
 */
export async function resolveTipset(
  reference: string,
  init: ResolveTipsetInit,
  options: AbortOptions = {},
): Promise<Tipset> {
  if (reference === '@head') return await init.head(options);
  const height = HEIGHT.exec(reference)?.[1];
  if (height !== undefined) return await tipsetAt(reference, Number(height), init, options);
  if (reference.startsWith('@'))
    throw new TipsetReferenceInvalidError(reference, 'not @head, nor @HEIGHT, nor CIDs separated by commas');
  return await loadTipset(
    init.fetch,
    reference.split(',').map((text) => parseCid(reference, text.trim())),
    options,
  );
}

async function tipsetAt(
  reference: string,
  height: number,
  { fetch, head: findHead, atHeight }: ResolveTipsetInit,
  options: AbortOptions,
): Promise<Tipset> {
  const head = await findHead(options);
  if (height > head.height) throw new TipsetReferenceInvalidError(reference, `the head is at height ${head.height}`);
  if (atHeight !== undefined) return await atHeight(height, head, options);
  let tipset = head;
  while (tipset.height > height) {
    options.signal?.throwIfAborted();
    tipset = await parentOf(tipset, fetch, options);
  }
  return tipset;
}

async function parentOf(tipset: Tipset, fetch: FetchBlock, options: AbortOptions): Promise<Tipset> {
  const [first] = tipset.headers;
  if (first === undefined || first.parents.length === 0)
    throw new ChainInvalidError('a header without parents that is no genesis', tipset.height);
  const parent = await loadTipset(fetch, first.parents, options);
  if (parent.height >= tipset.height)
    throw new ChainInvalidError(`the parent is at height ${parent.height}`, tipset.height);
  return parent;
}

function parseCid(reference: string, text: string): CidBytes {
  try {
    return CID.parse(text).bytes;
  } catch (cause) {
    throw new TipsetReferenceInvalidError(reference, `${JSON.stringify(text)} is no CID (${(cause as Error).message})`);
  }
}
