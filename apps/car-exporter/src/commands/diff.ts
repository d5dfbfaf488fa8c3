import { defineCommand, defineOptions, values } from '@waybill/cli-kit';

export const DIFF_OPTIONS = defineOptions({
  list: {
    schema: values.toggle(),
    default: false,
    description: 'name the blocks that one side lacks: < for those of the first file alone, > for those of the second',
  },
  trustSource: {
    schema: values.toggle(),
    default: false,
    description: 'do not compare the hash of every block when an index is made',
  },
});

export const diffCommand = defineCommand({
  name: 'diff',
  description: 'Compare the blocks of two CAR files, whatever their order and format. Ends with 3 where they differ.',
  arguments: {
    first: { schema: values.text(), description: 'a CAR file' },
    second: { schema: values.text(), description: 'another one' },
  },
  options: DIFF_OPTIONS,
  examples: [
    { command: 'diff ours.car lotus.car', description: 'how many blocks are in one, in the other, in both' },
    { command: 'diff old.car new.car --list', description: 'and which' },
  ],
  async run(signal, config, output) {
    const { runDiff } = await import('./run-diff.ts');
    return await runDiff(signal, config, output);
  },
});
