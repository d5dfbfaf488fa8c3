import { defineCommand, values } from '@waybill/cli-kit';

export const blocksCommand = defineCommand({
  name: 'blocks',
  description: 'Show which kinds of datablocks make a .blend file large.',
  arguments: { blend: { schema: values.text(), description: 'the .blend file' } },
  examples: [{ command: 'blocks shot.blend', description: 'the largest kind first' }],
  async run(signal, { blend }, output) {
    const { runBlocks } = await import('./run-blocks.ts');
    await runBlocks(signal, blend, output);
  },
});
