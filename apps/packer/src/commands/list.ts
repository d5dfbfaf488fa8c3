import { defineCommand, values } from '@waybill/cli-kit';
import { CACHE_OPTIONS } from '../config/pack-options.ts';

export const listCommand = defineCommand({
  name: 'list',
  description: 'List all that a .blend file needs, with sizes; what is missing stands on standard error too.',
  arguments: { blend: { schema: values.text(), description: 'the .blend file' } },
  options: CACHE_OPTIONS,
  examples: [
    { command: 'list shot.blend', description: 'as a tree' },
    { command: 'list shot.blend --json', description: 'for a program' },
  ],
  async run(signal, config, output) {
    const { runList } = await import('./run-list.ts');
    return await runList(signal, config, output);
  },
});
