import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeBatchFrames } from '@waybill/shaman-protocol';
import { needStrace, parseTrace, temporaryDirectory, waitFor } from '@waybill/test-kit';
import type { TracedCall } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { definitionV3, testFile } from '../support/test-server.ts';
import type { TestFile } from '../support/test-server.ts';
import { blobFile } from './support/check-storage.ts';
import { startServerProcess } from './support/server-process.ts';

const CALLS = 'write,writev,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat';

const files = Array.from({ length: 6 }, (_file, index) =>
  testFile(`folder/${index}`, `content ${index}`.repeat(1000 * index + 1)),
);
const batch = Array.from({ length: 5 }, (_file, index) => testFile(`batch/${index}`, `in a batch ${index}`));

it('syncs each file, and each directory that was made for it, before it acknowledges it', async (test) => {
  await needStrace(test);
  await using directory = await temporaryDirectory();
  const storage = join(directory.path, 'storage');
  const trace = join(directory.path, 'trace');
  // -D: the program, and not the tracer, is the child.
  const wrapper = ['strace', '-D', '-f', '-y', '-s', '80', '-e', `trace=${CALLS}`, '-o', trace];
  await using server = await startServerProcess(storage, ['--no-gc', '--no-scrub'], { wrapper });
  const post = async (path: string, body: Uint8Array | string) =>
    (await fetch(server.url + path, { method: 'POST', body: new Uint8Array(Buffer.from(body)) })).status;
  for (const file of files) expect(await post(`/files/${file.name}`, file.content)).toBe(204);
  const frames = await Array.fromAsync(
    encodeBatchFrames(batch.map(({ key, content }) => ({ digest: key.digest, content }))),
  );
  expect(await post('/waybill/v1/batch', Buffer.concat(frames))).toBe(200);
  const definition = JSON.stringify({ files: definitionV3([...files, ...batch]), checkoutPath: 'show/shot' });
  expect(await post('/api/v3/shaman/checkout/create', definition)).toBe(200);
  server.child.kill('SIGTERM');
  await server.child.exited;
  // Short process ids are padded.
  const ended = new RegExp(String.raw`^${server.child.pid} +\+\+\+ exited`, 'm');
  await waitFor(() => ended.test(readFileSync(trace, 'latin1')), { what: 'the end of the trace' });
  expect(existsSync(join(storage, 'jobs/show/shot/folder/0'))).toBe(true);
  const calls = parseTrace(readFileSync(trace, 'latin1'));
  const answers = calls.filter((call) => statusOf(call) !== undefined);
  expect(answers.map(statusOf)).toEqual(['204', '204', '204', '204', '204', '204', '200', '200']);
  const before = (index: number): TracedCall[] =>
    calls.filter(({ endedAt }) => endedAt < (answers[index]?.startedAt ?? 0));
  files.forEach((file, index) => expectDurable(storage, file, before(index)));
  for (const file of batch) expectDurable(storage, file, before(6));
  expectCheckoutDurable(join(storage, 'jobs/show/shot'), before(7));
});

/** Of the HTTP answer that a write begins. */
function statusOf({ name, args }: TracedCall): string | undefined {
  return name.startsWith('write') ? /"HTTP\/1\.1 (\d+)/.exec(args)?.[1] : undefined;
}

function expectDurable(storage: string, file: TestFile, calls: readonly TracedCall[]): void {
  const path = blobFile(storage, file);
  const renamed = succeeded(calls, 'rename').find(({ paths }) => paths[1] === path);
  expect(renamed, `a rename to ${path}`).toBeDefined();
  const { path: temp, startedAt, endedAt } = renamed!;
  expect(
    succeeded(calls, 'fsync').some((call) => call.path === temp && call.endedAt < startedAt),
    `the sync of ${temp}`,
  ).toBe(true);
  expect(syncedAfter(calls, dirname(path), endedAt), `the sync of ${dirname(path)}`).toBe(true);
  for (let folder = dirname(path); folder !== storage; folder = dirname(folder)) {
    const made = succeeded(calls, 'mkdir').find((call) => call.path === folder);
    if (made !== undefined)
      expect(syncedAfter(calls, dirname(folder), made.endedAt), `the sync of ${dirname(folder)}`).toBe(true);
  }
}

/** Links are in the tree when it is renamed into place; then its parents know of it. */
function expectCheckoutDurable(path: string, calls: readonly TracedCall[]): void {
  const renamed = succeeded(calls, 'rename').find(({ paths }) => paths[1] === path);
  expect(renamed, `a rename to ${path}`).toBeDefined();
  const { path: tree, startedAt, endedAt } = renamed!;
  const made = succeeded(calls, 'mkdir').filter((call) => call.path.startsWith(`${tree}/`) || call.path === tree);
  expect(made.length).toBeGreaterThan(2);
  for (const folder of made)
    expect(
      succeeded(calls, 'fsync').some(
        (call) => call.path === folder.path && call.startedAt > folder.endedAt && call.endedAt < startedAt,
      ),
      `the sync of ${folder.path}`,
    ).toBe(true);
  expect(syncedAfter(calls, dirname(path), endedAt), `the sync of ${dirname(path)}`).toBe(true);
  expect(syncedAfter(calls, dirname(dirname(path)), 0), `the sync of ${dirname(dirname(path))}`).toBe(true);
}

function succeeded(calls: readonly TracedCall[], name: 'rename' | 'mkdir' | 'fsync'): TracedCall[] {
  const names = name === 'fsync' ? ['fsync', 'fdatasync'] : [name];
  return calls.filter((call) => names.includes(call.name) && call.result === 0);
}

function syncedAfter(calls: readonly TracedCall[], path: string, at: number): boolean {
  return succeeded(calls, 'fsync').some((call) => call.path === path && call.startedAt > at);
}
