import { type ConfigOf, EXIT, formatBytes, formatCount, formatTable, type Output } from '@waybill/cli-kit';
import { type BlockSetSize, diffStores, type Side, type StoreDifference } from '../diff/diff-stores.ts';
import { openCarSource } from '../store/open-source.ts';
import type { DIFF_OPTIONS } from './diff.ts';

type Config = ConfigOf<typeof DIFF_OPTIONS> & { readonly first: string; readonly second: string };

/** Resolves to the exit code: 3 where the sets of blocks differ. */
export async function runDiff(signal: AbortSignal, config: Config, output: Output): Promise<number> {
  const { first, second, trustSource, list } = config;
  await using one = await openCarSource({ from: [first], trustSource }, output, signal);
  await using other = await openCarSource({ from: [second], trustSource }, output, signal);
  const onDifference = list ? (side: Side, cid: string): void => show(output, side, cid) : undefined;
  const difference = await diffStores(one.store, other.store, { signal, onDifference });
  output.result({ first, second, ...difference }, () => formatDifference(difference));
  const isSame = difference.onlyInFirst.blocks === 0 && difference.onlyInSecond.blocks === 0;
  return isSame ? EXIT.ok : EXIT.incomplete;
}

function show(output: Output, side: Side, cid: string): void {
  output.result({ side, cid }, () => `${side === 'first' ? '<' : '>'} ${cid}`);
}

function formatDifference({ onlyInFirst, onlyInSecond, inBoth, sameRoots }: StoreDifference): string {
  const row = (where: string, { blocks, sizeBytes }: BlockSetSize) => ({
    ...{ where, blocks: formatCount(blocks), bytes: formatBytes(sizeBytes) },
  });
  const rows = [row('only in the first', onlyInFirst), row('only in the second', onlyInSecond), row('in both', inBoth)];
  return `${formatTable(rows)}roots: ${sameRoots ? 'the same' : 'different'}`;
}
