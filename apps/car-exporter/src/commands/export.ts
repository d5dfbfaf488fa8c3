import { defineCommand, defineOptions, values } from '@waybill/cli-kit';
import { NODE_OPTIONS, OUTPUT_OPTIONS, STORE_OPTIONS, WALK_OPTIONS } from '../config/store-options.ts';

export const EXPORT_OPTIONS = defineOptions({
  tipset: {
    schema: values.text(),
    value: 'TIPSET',
    default: '@head',
    description: 'the head of the snapshot: @head, @HEIGHT, or CIDs',
  },
  recentStateroots: {
    schema: values.integer({ min: 0 }),
    value: 'N',
    default: 0,
    description:
      'with the state of so many epochs below the head, at least 900 (finality); 0: that of the genesis alone',
  },
  skipOldMsgs: {
    schema: values.toggle(),
    default: false,
    description: 'without the messages of epochs whose state is left out; needs --recent-stateroots',
  },
  depth: {
    schema: values.integer({ min: 1 }),
    value: 'N',
    description: 'as Forest `archive export`: messages and state of so many epochs below the head',
  },
  diff: {
    schema: values.text(),
    value: 'TIPSET',
    description: 'with --depth: leave out what an export of this tipset has',
  },
  diffDepth: {
    schema: values.integer({ min: 0 }),
    value: 'N',
    description: 'depth of the export that --diff stands for; default: back to the genesis',
  },
});

export const exportCommand = defineCommand({
  name: 'export',
  description:
    'Export a snapshot back to the genesis, as Lotus `chain export` or, with --depth, Forest `archive export` does.',
  options: { ...STORE_OPTIONS, ...NODE_OPTIONS, ...EXPORT_OPTIONS, ...WALK_OPTIONS, ...OUTPUT_OPTIONS },
  examples: [
    {
      command: 'export --from chain.car --recent-stateroots 2000 --skip-old-msgs -o minimal.car',
      description: 'a minimal snapshot',
    },
    {
      command: 'export --from archive.car --tipset @3000000 --depth 2000 -o lite.car',
      description: 'a lite snapshot, as Forest makes it',
    },
  ],
  async run(signal, config, output) {
    const { runExport } = await import('./run-export.ts');
    return await runExport(signal, config, output);
  },
});
