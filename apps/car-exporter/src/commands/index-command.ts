import { defineCommand } from '@waybill/cli-kit';
import { STORE_OPTIONS } from '../config/store-options.ts';

export const indexCommand = defineCommand({
  name: 'index',
  description: 'Make the index of CAR files, once: exports begin at once then. Compares the hash of every block.',
  options: STORE_OPTIONS,
  examples: [{ command: 'index --from snapshot.forest.car.zst', description: 'unpacks it beside the index, too' }],
  async run(signal, config, output) {
    const { runIndex } = await import('./run-index.ts');
    return await runIndex(signal, config, output);
  },
});
