import { defineCommand, defineOptions, values } from '@waybill/cli-kit';

export const VERIFY_OPTIONS = defineOptions({
  from: {
    schema: values.list(values.text()),
    value: 'CAR',
    required: true,
    description: 'CAR files; together they are one snapshot, the roots are those of the first',
  },
  indexFile: {
    schema: values.text(),
    value: 'FILE',
    description: 'where the index of the source is kept; default: beside its first file',
  },
  epochs: {
    schema: values.integer({ min: 0 }),
    value: 'N',
    default: 0,
    description: 'so many epochs below the head must be complete: what the next options name; 0: headers alone',
  },
  messages: { schema: values.toggle(), default: true, description: 'messages belong to it' },
  receipts: { schema: values.toggle(), default: false, description: 'receipts belong to it; missing ones are counted' },
  stateroots: { schema: values.toggle(), default: true, description: 'state belongs to it' },
});

export const verifyCommand = defineCommand({
  name: 'verify',
  description:
    'Compare every hash, look for duplicates, for the order of headers that importers need, and for blocks that are missing. Ends with 3 where something is wrong.',
  options: VERIFY_OPTIONS,
  examples: [
    { command: 'verify --from snapshot.car', description: 'all hashes, and headers back to the genesis' },
    {
      command: 'verify --from snapshot.car --epochs 2000',
      description: 'and the messages and state of the last 2,000 epochs',
    },
  ],
  async run(signal, config, output) {
    const { runVerify } = await import('./run-verify.ts');
    return await runVerify(signal, config, output);
  },
});
