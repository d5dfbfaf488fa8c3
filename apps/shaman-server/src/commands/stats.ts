import { defineCommand, EXIT, formatBytes, formatCount } from '@waybill/cli-kit';
import type { AbortOptions } from '@waybill/common';
import { STORE_OPTIONS } from '../config/store-options.ts';
import { StoreUsage } from '../limits/store-usage.ts';
import type { Usage } from '../limits/store-usage.ts';
import type { Storage } from '../server/open-storage.ts';
import { createContext } from '../server/program-context.ts';
import { withStorage } from './with-storage.ts';

interface Stats {
  readonly store: Usage | null;
  readonly uploads: { readonly inFlight: number };
}

export const statsCommand = defineCommand({
  name: 'stats',
  description: 'Show how much is stored, and how much is under way.',
  options: STORE_OPTIONS,
  examples: [{ command: 'stats --storage /data/shaman --json', description: 'for a script' }],
  async run(signal, config, output) {
    const { logger } = createContext(config, output);
    const work = { here: countHere, call: () => ({ method: 'GET', path: '/stats' }) as const };
    const stats = (await withStorage({ config, logger }, work, { signal })) as Stats;
    output.result(stats, () => textOf(stats));
    return EXIT.ok;
  },
});

async function countHere({ store }: Storage, options: AbortOptions): Promise<Stats> {
  return { store: await new StoreUsage(store).count(options), uploads: { inFlight: 0 } };
}

function textOf({ store, uploads }: Stats): string {
  const stored =
    store === null ? 'being counted' : `${formatCount(store.blobs)} files, ${formatBytes(store.sizeBytes)}`;
  return `stored     ${stored}\nuploading  ${formatCount(uploads.inFlight)}\n`;
}
