import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { listenForCallbacks, remoteCallbacks } from '../src/index.ts';

interface Work {
  step?(number: number): void;
  bytes?(value: Uint8Array): void;
  done?(): void;
}

const STEPS = 500;
const SCRIPT = new URL('./fixtures/reporting-thread.ts', import.meta.url);

describe('callbacks of another thread', () => {
  it('run on this thread, in order, all before the flush is over, though some of them throw', async () => {
    const steps: number[] = [];
    const flags = new SharedArrayBuffer(4);
    const flushed = (): number => Atomics.load(new Int32Array(flags), 0);
    const seen = { bytes: [] as number[], flushedBefore: -1, flushedAtDone: -1, failures: 0 };
    const callbacks: Work = {
      step: (number) => {
        steps.push(number);
        if (number % 100 === 7) throw new Error('one callback fails');
      },
      bytes: (value) => {
        seen.bytes = [...value];
        seen.flushedBefore = flushed();
      },
      done: () => {
        seen.flushedAtDone = flushed();
      },
    };
    using listener = listenForCallbacks(callbacks, { onFailure: () => (seen.failures += 1) });
    const worker = new Worker(SCRIPT, {
      workerData: { port: listener.port, flushed: flags, steps: STEPS },
      transferList: [listener.port],
      execArgv: ['--conditions=@waybill/source'],
    });
    await once(worker, 'exit');
    expect(steps).toEqual(Array.from({ length: STEPS }, (_, number) => number));
    expect(seen).toEqual({ bytes: [1, 2], flushedBefore: 0, flushedAtDone: 1, failures: STEPS / 100 });
  });

  it('ignore calls of methods that nobody has given', async () => {
    const steps: number[] = [];
    using listener = listenForCallbacks<Work>({ step: (number) => void steps.push(number) });
    using remote = remoteCallbacks<Work>(listener.port);
    remote.callbacks.done();
    remote.callbacks.step(1);
    await remote.flush();
    expect(steps).toEqual([1]);
  });

  it('do not keep the work waiting when nobody listens any more', async () => {
    const { port1, port2 } = new MessageChannel();
    using remote = remoteCallbacks<Work>(port1);
    remote.callbacks.step(1);
    const flush = remote.flush();
    port2.close();
    await flush;
    await remote.flush();
    expect(remote.callbacks).toBeDefined();
  });
});
