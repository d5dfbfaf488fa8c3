import { defineCommand, defineOptions, values } from '@waybill/cli-kit';

export const IMPORT_OPTIONS = defineOptions({
  from: {
    schema: values.list(values.text()),
    value: 'CAR',
    required: true,
    description: 'CAR files (v1, v2, .zst, .forest.car.zst), read from front to back; no index is made',
  },
  to: {
    schema: values.text(),
    value: 'DIR',
    required: true,
    description: 'folder of the LMDB store; made where it is missing, added to where it is there',
  },
  setHead: {
    schema: values.toggle(),
    default: true,
    description: 'keep what the roots of the first file name as the head of the store',
  },
});

export const importCommand = defineCommand({
  name: 'import',
  description:
    'Put the blocks of CAR files into an LMDB store, from which exports are made by `--from lmdb:DIR`. Every hash is compared.',
  options: IMPORT_OPTIONS,
  examples: [
    { command: 'import --from snapshot.car.zst --to /data/chain', description: 'a store of one snapshot' },
    {
      command: 'import --from diff1.car,diff2.car --to /data/chain --no-set-head',
      description: 'adds older blocks, the head stays',
    },
  ],
  async run(signal, config, output) {
    const { runImport } = await import('./run-import.ts');
    return await runImport(signal, config, output);
  },
});
