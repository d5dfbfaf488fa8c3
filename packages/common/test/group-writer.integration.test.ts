import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needStrace, parseTrace, spawnChild, temporaryDirectory, type TracedCall } from '@waybill/test-kit';
import { expect, test } from 'vitest';

const child = new URL('fixtures/traced-group.ts', import.meta.url);
const TRACED = 'trace=open,openat,write,pwrite64,fsync,fdatasync,close,rename,renameat,renameat2';
const FILES = 60;

async function traceGroup(root: string, log: string, durability: string): Promise<TracedCall[]> {
  const wrapper = ['strace', '-f', '-y', '-s', '40', '-e', TRACED, '-o', log];
  const env = { NODE_COMPILE_CACHE: undefined, UV_USE_IO_URING: '0' };
  await using run = await spawnChild(child, [root, durability, String(FILES)], { wrapper, env });
  const { code, stderr } = await run.exited;
  expect(code, stderr).toBe(0);
  return parseTrace(readFileSync(log, 'latin1')).filter(({ result }) => result >= 0);
}

/** In which line of the trace each file was acknowledged. */
function acknowledgements(log: string): Map<string, number> {
  const lines = readFileSync(log, 'latin1').split('\n').entries();
  const found = lines.map(([at, line]) => [/"acknowledged (file-\d+)/.exec(line)?.[1], at] as const);
  return new Map(found.filter((one): one is [string, number] => one[0] !== undefined));
}

/** The calls for one file, each of which has ended before the next one begins. */
function stepsOf(calls: readonly TracedCall[], name: string): TracedCall[] {
  const own = calls.filter(({ path }) => path.includes(`/${name}.waybill.`));
  for (const [at, call] of own.entries()) {
    const next = own[at + 1];
    if (next !== undefined) expect(call.endedAt, `${call.name} before ${next.name}`).toBeLessThan(next.startedAt);
  }
  return own;
}

test.for([
  ['full', ['open', 'write', 'fsync', 'close', 'rename']],
  ['file', ['open', 'write', 'fsync', 'close', 'rename']],
  ['none', ['open', 'write', 'close', 'rename']],
] as const)(
  'with durability %s, no file of a crowd is acknowledged before its last step',
  async ([durability, steps], context) => {
    await needStrace(context);
    await using directory = await temporaryDirectory();
    const [root, log] = [join(directory.path, 'root'), join(directory.path, 'log')];
    const calls = await traceGroup(root, log, durability);
    const syncs = calls.filter(({ name, path }) => name === 'fsync' && path === join(root, 'new'));
    const acknowledged = acknowledgements(log);
    expect(acknowledged.size).toBe(FILES);
    for (const [name, acknowledgedAt] of acknowledged) {
      const own = stepsOf(calls, name);
      expect(own.map((call) => call.name)).toEqual(steps);
      const renamed = own.at(-1)?.endedAt ?? Infinity;
      expect(renamed).toBeLessThan(acknowledgedAt);
      const synced = syncs.some(({ startedAt, endedAt }) => startedAt > renamed && endedAt < acknowledgedAt);
      expect(synced).toBe(durability === 'full');
    }
    if (durability === 'full') expect(syncs.length).toBeLessThan(FILES / 4);
  },
);
