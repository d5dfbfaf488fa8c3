import { readFileSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { textBlob } from '@waybill/blob-store/suite';
import { formatHex } from '@waybill/digest';
import { needStrace, parseTrace, spawnChild, temporaryDirectory, type TracedCall } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { blobPath } from '../src/index.ts';

const TRACED = 'trace=open,openat,write,pwrite64,fsync,fdatasync,close,rename,renameat,renameat2,mkdir,mkdirat';

async function trace(child: string, directory: string, args: string[]): Promise<TracedCall[]> {
  const log = join(directory, 'log');
  const wrapper = ['strace', '-f', '-y', '-s', '0', '-e', TRACED, '-o', log];
  const env = { NODE_COMPILE_CACHE: undefined, UV_USE_IO_URING: '0' };
  await using run = await spawnChild(new URL(`fixtures/${child}`, import.meta.url), args, { wrapper, env });
  const { code, stderr } = await run.exited;
  expect(code, stderr).toBe(0);
  return parseTrace(readFileSync(log, 'latin1')).filter(({ result }) => result >= 0);
}

const calledOn = (calls: TracedCall[], name: string, path: string): TracedCall[] =>
  calls.filter((call) => call.name === name && call.paths[0] === path);

/** Some call of this kind lies wholly between two others. */
function expectBetween(calls: TracedCall[], after: TracedCall | undefined, before: TracedCall, what: string): void {
  const between = calls.filter((call) => call.startedAt > (after?.endedAt ?? -1) && call.endedAt < before.startedAt);
  expect(between, what).not.toHaveLength(0);
}

/** What had to be done before a blob was acknowledged. */
function expectDurable(calls: TracedCall[], root: string, path: string, ack: TracedCall): void {
  const rename = calls.find((call) => call.name === 'rename' && call.paths[1] === path);
  if (rename === undefined) throw new Error(`${path} was acknowledged and never renamed into place`);
  expect(rename.paths[0]).toMatch(
    new RegExp(`^${root}/uploading/(?:[0-9a-f]{2}/[0-9a-f]{62}|waybill/small)/[0-9]+-[0-9a-z]+\\.(tmp|partial)$`),
  );
  const upload = rename.paths[0] ?? '';
  const writes = calledOn(calls, 'write', upload);
  expectBetween(calledOn(calls, 'fsync', upload), writes.at(-1), rename, 'the file is synced after its last write');
  const directories = [dirname(path), dirname(dirname(path)), join(root, 'stored'), root];
  expectBetween(
    calledOn(calls, 'fsync', directories[0] ?? ''),
    rename,
    ack,
    'its directory is synced after the rename',
  );
  for (const [at, directory] of directories.entries()) {
    const [made] = calledOn(calls, 'mkdir', directory).filter(({ endedAt }) => endedAt < ack.startedAt);
    const inParent = calledOn(calls, 'fsync', dirname(directory));
    if (made !== undefined) expectBetween(inParent, made, ack, `new directory ${at} is synced in its parent`);
  }
}

describe('the system calls of a put', () => {
  test('sync the file before its rename, and each directory that was made for it before the acknowledgement', async (context) => {
    await needStrace(context);
    await using directory = await temporaryDirectory();
    const [root, acks] = [join(directory.path, 'root'), join(directory.path, 'acks')];
    const calls = await trace('traced-putter.ts', directory.path, [root, acks]);
    const names = await readdir(acks);
    expect(names).toHaveLength(3 + 20 + 1 + 1);
    for (const name of names) {
      const [hex = '', blob = ''] = name.split('-');
      const [ack] = calledOn(calls, 'mkdir', join(acks, name));
      if (ack === undefined) throw new Error('the acknowledgement is not in the trace');
      expectDurable(calls, root, join(root, 'stored', hex.slice(0, 2), hex.slice(2), blob), ack);
    }
  });
});

describe('the system calls of a look at a blob that is in place already', () => {
  const { key, content } = textBlob('renamed and not synced', 100);

  async function traceLook(directory: string, young: boolean): Promise<{ calls: TracedCall[]; ends: TracedCall[] }> {
    const root = join(directory, 'root');
    const path = blobPath(root, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    // A change of the times is one of the inode: only the real clock makes a file old.
    if (young) await utimes(path, 1, 1);
    const markers = [join(directory, 'first'), join(directory, 'second')];
    const calls = await trace('settler.ts', directory, [
      root,
      formatHex(key.digest),
      String(key.sizeBytes),
      ...markers,
    ]);
    return { calls, ends: markers.flatMap((marker) => calledOn(calls, 'mkdir', marker)) };
  }

  test('sync file and directories once before it is said to be there, however old its reference is', async (context) => {
    await needStrace(context);
    await using directory = await temporaryDirectory();
    const { calls, ends } = await traceLook(directory.path, true);
    const [first, second] = ends;
    if (first === undefined || second === undefined) throw new Error('the child did not end its looks');
    const path = blobPath(join(directory.path, 'root'), key);
    for (const synced of [path, dirname(path), dirname(dirname(path)), dirname(dirname(dirname(path)))]) {
      expectBetween(calledOn(calls, 'fsync', synced), undefined, first, `${synced} is synced`);
    }
    expect(calls.filter(({ name, startedAt }) => name === 'fsync' && startedAt > first.endedAt)).toEqual([]);
  });
});
