import { defineCommand, values } from '@waybill/cli-kit';
import { NODE_OPTIONS, STORE_OPTIONS } from '../config/store-options.ts';

export const tipsetCommand = defineCommand({
  name: 'tipset',
  description: 'Show the tipset that a reference names.',
  arguments: {
    reference: { schema: values.text(), description: '@head, @HEIGHT, or CIDs separated by commas' },
  },
  options: { ...STORE_OPTIONS, ...NODE_OPTIONS },
  examples: [
    { command: 'tipset @3000000 --from chain.car', description: 'the tipset at that height, or the next older one' },
  ],
  async run(signal, config, output) {
    const { runTipset } = await import('./run-tipset.ts');
    return await runTipset(signal, config, output);
  },
});
