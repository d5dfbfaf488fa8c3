import { setTimeout as sleep } from 'node:timers/promises';
import { createProgram, defineCommand, defineOptions, runMain, values } from '@waybill/cli-kit';

/** Says when it starts, then waits for the signal; what it does then is its only option. */
const options = defineOptions({
  atSignal: {
    schema: values.oneOf(['throw', 'drain', 'ignore', 'linger']),
    value: 'WHAT',
    default: 'throw',
    description: 'what to do at a signal',
  },
});

async function work(signal: AbortSignal, { atSignal }: { atSignal: string }): Promise<void> {
  process.stdout.write('started\n');
  if (atSignal === 'ignore') {
    signal.addEventListener('abort', () => process.stdout.write('heard\n'));
    await sleep(60_000);
  }
  if (atSignal === 'linger') {
    setInterval(() => undefined, 1000);
    return;
  }
  await sleep(60_000, undefined, { signal }).catch((error: unknown) => {
    if (atSignal !== 'drain') throw error;
  });
  process.stdout.write('drained\n');
}

const job = defineCommand({ name: 'job', description: 'a job', options, run: work });
const service = defineCommand({ name: 'service', description: 'a service', kind: 'service', options, run: work });

const talker = defineCommand({
  name: 'talk',
  description: 'writes lines for ever',
  async run(signal, _config, output) {
    for (let line = 0; ; line++) {
      signal.throwIfAborted();
      output.result(`line ${line} ${'x'.repeat(1000)}`);
      await sleep(1);
    }
  },
});

const flood = defineCommand({
  name: 'flood',
  description: 'writes more than a pipe holds, then waits',
  async run(signal) {
    process.stdout.write('x'.repeat(4_000_000));
    process.stderr.write('written\n');
    await sleep(60_000, undefined, { signal });
  },
});

await runMain(
  createProgram({
    name: 'worker',
    bin: 'waybill-worker',
    version: '1.0.0',
    description: 'Waits for signals.',
    commands: [job, service, talker, flood],
  }).run,
);
