import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawnChild } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';

const worker = new URL('programs/worker.ts', import.meta.url);

/** Starts the worker and waits until it works. `until` waits for what it says next. */
async function started(args: readonly string[]) {
  const child = await spawnChild(worker, args);
  const lines = child.lines[Symbol.asyncIterator]();
  const until = async (wanted: string): Promise<void> => {
    for (let line = await lines.next(); line.done !== true && line.value !== wanted;) line = await lines.next();
  };
  await until('started');
  return Object.assign(child, { until });
}

/** On Windows a signal from another process ends this one at once; only a console sends one that can be heard. */
const hearsSignals = process.platform !== 'win32';

describe.runIf(hearsSignals)('a job', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('that %s reaches ends with %d, without a word', async (signal, code) => {
    await using child = await started(['job']);
    child.kill(signal);
    expect(await child.exited).toMatchObject({ code, signal: null, stderr: '' });
  });

  test('that returns after a signal as if nothing had been still ends with its code', async () => {
    await using child = await started(['job', '--at-signal', 'drain']);
    child.kill('SIGTERM');
    expect(await child.exited).toMatchObject({ code: 143, stdout: 'started\ndrained\n' });
  });

  test('that does not stop ends at the second Ctrl-C', async () => {
    await using child = await started(['job', '--at-signal', 'ignore']);
    child.kill('SIGINT');
    // A second one that comes before the first has been heard is none to the system.
    await child.until('heard');
    child.kill('SIGINT');
    expect(await child.exited).toMatchObject({ code: 130, signal: null });
  });

  test('that does not stop at Ctrl-C ends at SIGTERM with the code of that', async () => {
    await using child = await started(['job', '--at-signal', 'ignore']);
    child.kill('SIGINT');
    await child.until('heard');
    child.kill('SIGTERM');
    expect(await child.exited).toMatchObject({ code: 143, signal: null });
  });
});

test.runIf(hearsSignals)('a program whose output nobody reads ends at Ctrl-C, without a warning', async () => {
  const args = ['--conditions=@waybill/source', fileURLToPath(worker), 'flood'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
  expect(said).toBe('written\n');
});

describe.runIf(hearsSignals)('a service', () => {
  test('ends with 0 when it has drained after SIGTERM', async () => {
    await using child = await started(['service', '--at-signal', 'drain']);
    child.kill('SIGTERM');
    expect(await child.exited).toEqual({ code: 0, signal: null, stdout: 'started\ndrained\n', stderr: '' });
  });

  test('ends with 130 after Ctrl-C', async () => {
    await using child = await started(['service', '--at-signal', 'drain']);
    child.kill('SIGINT');
    expect(await child.exited).toMatchObject({ code: 130, stdout: 'started\ndrained\n' });
  });
});

test('ends a program that left something running, and says so', async () => {
  await using child = await spawnChild(worker, ['job', '--at-signal', 'linger']);
  expect(await child.exited).toMatchObject({
    code: 0,
    stderr: 'warning: something still runs after the end; ending anyway\n',
  });
});

test('ends quietly when the reader of its output goes away', async () => {
  const args = ['--conditions=@waybill/source', fileURLToPath(worker), 'talk'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, stderr]).toEqual([141, '']);
});

test('shows an error of the command line and ends with 2', async () => {
  await using child = await spawnChild(worker, ['jbo']);
  const { code, stderr } = await child.exited;
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean job?');
});
