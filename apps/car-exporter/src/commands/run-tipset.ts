import { formatCid } from '@waybill/car';
import { type ConfigOf, formatTable, type Output } from '@waybill/cli-kit';
import type { Tipset } from '../chain/tipset.ts';
import type { NODE_OPTIONS, STORE_OPTIONS } from '../config/store-options.ts';
import { openSource } from '../store/open-source.ts';

type Config = ConfigOf<typeof STORE_OPTIONS & typeof NODE_OPTIONS> & { readonly reference: string };

/** Resolves to the exit code. */
export async function runTipset(signal: AbortSignal, config: Config, output: Output): Promise<number> {
  await using source = await openSource(config, output, signal);
  const tipset = await source.resolve(config.reference, { signal });
  const shown = describe(tipset);
  output.result(shown, () => `height ${shown.height}\n${formatTable(shown.blocks)}`);
  return 0;
}

function describe({ height, cids, headers }: Tipset) {
  const blocks = headers.map((header, at) => ({
    cid: formatCid(cids[at] ?? new Uint8Array(0)),
    time: new Date(header.timestamp * 1000).toISOString(),
    messages: formatCid(header.messages),
    receipts: formatCid(header.parentMessageReceipts),
    'state root': formatCid(header.parentStateRoot),
  }));
  return { height, blocks, parents: headers[0]?.parents.map((cid) => formatCid(cid)) ?? [] };
}
