import { defineCommand } from '@waybill/cli-kit';
import { STORE_OPTIONS } from '../config/store-options.ts';

export const inspectCommand = defineCommand({
  name: 'inspect',
  description: 'Show what CAR files hold: roots, heights, null rounds, blocks by codec and hash.',
  options: STORE_OPTIONS,
  examples: [{ command: 'inspect --from snapshot.car --json', description: 'for a program' }],
  async run(signal, config, output) {
    const { runInspect } = await import('./run-inspect.ts');
    return await runInspect(signal, config, output);
  },
});
