import { createProgram, defineCommand, defineOptions, runMain, values } from '@waybill/cli-kit';

const count = defineCommand({
  name: 'count',
  description: 'count to a number',
  options: defineOptions({
    step: { schema: values.integer({ min: 1 }), value: 'N', default: 1, description: 'how far one step goes' },
    token: { schema: values.text(), value: 'TOKEN', secret: true, description: 'shown nowhere' },
  }),
  arguments: { to: { schema: values.integer({ min: 1 }), description: 'where to stop' } },
  examples: [{ command: 'count 10 --step 2', description: 'count to ten by twos' }],
  async run(signal, { to, step }, output) {
    const progress = output.progress({ total: to, label: 'count' });
    for (let done = 0; done < to; done += step) {
      signal.throwIfAborted();
      progress.advance(Math.min(step, to - done));
      await Promise.resolve();
    }
    progress.end();
    output.result({ counted: to }, () => `counted to ${to}`);
  },
});

const program = createProgram({
  name: 'counter',
  bin: 'waybill-counter',
  version: '1.0.0',
  description: 'Counts.',
  commands: [count],
});
await runMain(program.run);
