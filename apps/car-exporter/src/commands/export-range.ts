import { defineCommand, defineOptions, values } from '@waybill/cli-kit';
import { NODE_OPTIONS, OUTPUT_OPTIONS, STORE_OPTIONS, WALK_OPTIONS } from '../config/store-options.ts';

export const RANGE_OPTIONS = defineOptions({
  head: {
    schema: values.text(),
    value: 'TIPSET',
    default: '@head',
    description: 'where the export begins: @head, @HEIGHT (for a null round the next older tipset), or CIDs',
  },
  tail: {
    schema: values.text(),
    value: 'TIPSET',
    default: '@tail',
    description: 'where it ends; of this tipset itself only the headers are exported; @tail is the genesis',
  },
  messages: { schema: values.toggle(), default: false, description: 'with the messages' },
  receipts: { schema: values.toggle(), default: false, description: 'with the receipts and events' },
  stateroots: { schema: values.toggle(), default: false, description: 'with the state before each tipset' },
});

export const exportRangeCommand = defineCommand({
  name: 'export-range',
  description:
    'Export the blocks between two tipsets, as Lotus `chain export-range` does: headers back to the genesis, and what is asked for of the heights above the tail.',
  options: { ...STORE_OPTIONS, ...NODE_OPTIONS, ...RANGE_OPTIONS, ...WALK_OPTIONS, ...OUTPUT_OPTIONS },
  examples: [
    {
      command: 'export-range --from chain.car --tail @3000000 --messages --receipts --stateroots -o range.car',
      description: 'everything above height 3,000,000',
    },
    {
      command: 'export-range --from full.forest.car.zst --head @900 --messages -o -',
      description: 'to standard output',
    },
  ],
  async run(signal, config, output) {
    const { runExportRange } = await import('./run-export-range.ts');
    return await runExportRange(signal, config, output);
  },
});
