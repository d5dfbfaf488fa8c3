import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { needStrace, parseTrace, spawnChild, temporaryDirectory, type TracedCall } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';

const child = new URL('fixtures/traced-writer.ts', import.meta.url);
const TRACED =
  'trace=open,openat,write,pwrite64,fsync,fdatasync,close,rename,renameat,renameat2,mkdir,mkdirat,link,unlink';

/** The calls of one write that concern its directory, as `name path`, with the place of the directory and of the mark left out. */
async function traceWrite(durability: string, sizeBytes: number): Promise<string[]> {
  await using directory = await temporaryDirectory();
  const root = join(directory.path, 'root');
  const log = join(directory.path, 'log');
  const wrapper = ['strace', '-f', '-y', '-s', '0', '-e', TRACED, '-o', log];
  const env = { NODE_COMPILE_CACHE: undefined, UV_USE_IO_URING: '0' };
  await using run = await spawnChild(child, [root, durability, String(sizeBytes)], { wrapper, env });
  const { code, stderr } = await run.exited;
  expect(code, stderr).toBe(0);
  return describeCalls(parseTrace(readFileSync(log, 'latin1')), root);
}

function describeCalls(calls: TracedCall[], root: string): string[] {
  const base = dirname(root);
  const isOurs = (path: string): boolean => path === base || path.startsWith(`${base}/`);
  const concerned = calls.filter(({ path, result }) => isOurs(path) && result >= 0);
  expectNoOverlap(concerned);
  const shorten = (path: string): string => relative(base, path).replace(/waybill\.\w+\.\d+/, 'waybill');
  const text = concerned.map(({ name, path }) => `${name} ${shorten(path)}`);
  // Large contents take several writes; a row of them counts as one.
  return text.filter((line, at) => line !== text[at - 1]);
}

/**
 * Order means that a call has ended before the next one begins, in whatever threads they run. Only the parents, all of which
 * are done with before the temp file is opened, may be synced at the same time.
 */
function expectNoOverlap(calls: TracedCall[]): void {
  const opening = calls.findIndex(({ name, path }) => name === 'open' && path.endsWith('.temp'));
  for (const [at, call] of calls.entries()) {
    const next = calls[at < opening ? opening : at + 1];
    if (next !== undefined) expect(call.endedAt, `${call.name} before ${next.name}`).toBeLessThan(next.startedAt);
  }
}

const parents = ['mkdir root', 'mkdir root/new', 'mkdir root/new/newer'];
const temp = 'root/new/newer/.waybill.temp';

describe.each([
  ['small content', 10_000],
  ['content that is written in the thread pool', 1_000_000],
])('the system calls for %s', (_what, sizeBytes) => {
  test('full: each new directory is synced in its parent, then file and directory, each before the next step', async (context) => {
    await needStrace(context);
    const calls = await traceWrite('full', sizeBytes);
    const synced = calls.filter((call) => call.startsWith('fsync'));
    // The three parents may be synced in any order, but all of them before anything is written.
    expect(synced.slice(0, 3).sort()).toEqual(['fsync ', 'fsync root', 'fsync root/new']);
    expect(calls.filter((call) => call.startsWith('mkdir'))).toEqual(parents);
    expect(calls.slice(calls.indexOf(`open ${temp}`))).toEqual([
      `open ${temp}`,
      `write ${temp}`,
      `fsync ${temp}`,
      `close ${temp}`,
      `rename ${temp}`,
      'open root/new/newer',
      'fsync root/new/newer',
      'close root/new/newer',
    ]);
    expect(synced).toHaveLength(5);
  });

  test.for<[string, string[]]>([
    ['file', [`open ${temp}`, `write ${temp}`, `fsync ${temp}`, `close ${temp}`, `rename ${temp}`]],
    ['none', [`open ${temp}`, `write ${temp}`, `close ${temp}`, `rename ${temp}`]],
  ])('%s: no directory is synced', async ([durability, expected], context) => {
    await needStrace(context);
    expect(await traceWrite(durability, sizeBytes)).toEqual([...parents, ...expected]);
  });
});
