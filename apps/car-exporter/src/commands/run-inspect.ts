import { formatCid } from '@waybill/car';
import { type ConfigOf, formatBytes, formatCount, formatTable, type Output } from '@waybill/cli-kit';
import { headOfRoots } from '../chain/head-of-roots.ts';
import type { STORE_OPTIONS } from '../config/store-options.ts';
import { type BlockKind, countBlocks } from '../inspect/count-blocks.ts';
import { followHeaders, type HeaderChain } from '../inspect/follow-headers.ts';
import type { CarChainSource } from '../store/car-chain-source.ts';
import { openCarSource } from '../store/open-source.ts';

/** Resolves to the exit code. */
export async function runInspect(
  signal: AbortSignal,
  config: ConfigOf<typeof STORE_OPTIONS>,
  output: Output,
): Promise<number> {
  await using source = await openCarSource(config, output, signal);
  const { store } = source;
  const kinds = await countBlocks(store, { signal });
  const { chain, problem } = await chainOf(source, signal);
  const roots = store.roots.map((cid) => formatCid(cid));
  const { blockCount, uniqueCount } = store.index;
  const f3Data = await f3DataOf(source, signal);
  const report = { version: store.version, roots, blockCount, uniqueCount, kinds, chain, f3Data, notAChain: problem };
  output.result(report, () =>
    [
      `CARv${store.version}, roots:`,
      ...roots,
      '',
      formatKinds(kinds),
      formatChain(chain, problem),
      ...formatF3(f3Data),
    ].join('\n'),
  );
  return 0;
}

interface FoundF3Data {
  readonly cid: string;
  /** Undefined where the file lacks it. */
  readonly sizeBytes: number | undefined;
}

/** What the metadata of a snapshot v2 names. */
async function f3DataOf({ store, fetch }: CarChainSource, signal: AbortSignal): Promise<FoundF3Data | undefined> {
  const { metadata } = await headOfRoots(store.roots, fetch, { signal });
  const cid = metadata?.f3Data;
  return cid === undefined ? undefined : { cid: formatCid(cid), sizeBytes: store.get(cid)?.length };
}

function formatF3(found: FoundF3Data | undefined): string[] {
  if (found === undefined) return [];
  const { cid, sizeBytes } = found;
  return [`F3 data ${cid}: ${sizeBytes === undefined ? 'not in the file' : formatBytes(sizeBytes)}`];
}

interface FoundChain {
  readonly chain?: HeaderChain | undefined;
  /** Why the roots are no tipset: other CAR files are worth a look, too. */
  readonly problem?: string | undefined;
}

async function chainOf(source: CarChainSource, signal: AbortSignal): Promise<FoundChain> {
  try {
    return { chain: await followHeaders(source.fetch, await source.head({ signal }), { signal }) };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: (error as Error).message };
  }
}

function formatKinds(kinds: readonly BlockKind[]): string {
  return formatTable(
    kinds.map(({ codec, hash, blocks, dataBytes }) => ({
      ...{ codec, hash, blocks: formatCount(blocks), data: formatBytes(dataBytes) },
    })),
  );
}

function formatChain(chain: HeaderChain | undefined, problem: string | undefined): string {
  if (chain === undefined) return `The roots are no tipset: ${problem ?? ''}`;
  const { headHeight, lowestHeight, tipsets, headers, nullRounds, hasGenesis } = chain;
  const end = hasGenesis ? 'back to the genesis' : `back to height ${lowestHeight}: older headers are not here`;
  return `Heights ${headHeight} ${end}: ${formatCount(tipsets)} tipsets, ${formatCount(headers)} headers, ${formatCount(nullRounds)} null rounds.`;
}
