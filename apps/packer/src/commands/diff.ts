import { defineCommand, values } from '@waybill/cli-kit';

export const diffCommand = defineCommand({
  name: 'diff',
  description: 'Compare two .blend files (datablocks, paths, files), or two packs (files).',
  arguments: {
    left: { schema: values.text(), description: 'a .blend file, or a pack: folder or ZIP' },
    right: { schema: values.text(), description: 'what to compare it with, of the same kind' },
  },
  examples: [
    { command: 'diff shot.v1.blend shot.v2.blend', description: 'what a new version needs, and no longer needs' },
    { command: 'diff pack-old pack-new --json', description: 'files of two packs, for a program' },
  ],
  async run(signal, config, output) {
    const { runDiff } = await import('./run-diff.ts');
    return await runDiff(signal, config, output);
  },
});
