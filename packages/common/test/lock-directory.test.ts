import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TemporaryDirectory, temporaryDirectory } from '@waybill/test-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DirectoryLockedError, lockDirectory } from '../src/lock-directory.ts';
import { tempMark } from '../src/temp-mark.ts';

let root: TemporaryDirectory;

beforeEach(async () => {
  root = await temporaryDirectory();
});

afterEach(async () => await root[Symbol.asyncDispose]());

test('gives a directory to one owner at a time, also within one process', async () => {
  const path = join(root.path, 'state');
  const lock = await lockDirectory(path);
  const refused = lockDirectory(path);
  await expect(refused).rejects.toThrow(DirectoryLockedError);
  await expect(refused).rejects.toMatchObject({
    code: 'ERR_DIRECTORY_LOCKED',
    path,
    owner: tempMark(),
    retryable: true,
  });
  await lock.release();
  await using _next = await lockDirectory(path);
});

test('does nothing when released a second time, not even to the next owner', async () => {
  const first = await lockDirectory(root.path);
  await first.release();
  await using _second = await lockDirectory(root.path);
  await first.release();
  await expect(lockDirectory(root.path)).rejects.toThrow(DirectoryLockedError);
});

test('gives other directories, and other names in one directory, to others', async () => {
  await using _one = await lockDirectory(join(root.path, 'one'));
  await using _two = await lockDirectory(join(root.path, 'two'));
  await using _named = await lockDirectory(join(root.path, 'one'), { name: 'other-lock' });
});

test('creates nothing when aborted before', async () => {
  const path = join(root.path, 'state');
  await expect(lockDirectory(path, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  expect(existsSync(path)).toBe(false);
});

test('reports a directory that cannot be written, and does not call it locked', async () => {
  const error: unknown = await lockDirectory('/proc/self').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(DirectoryLockedError);
});

test.each([
  ['by its number', tempMark(), `is in use by process ${process.pid}`],
  [
    'as one of another machine',
    '3f09ab12cd34p1234s567890',
    'is in use by process 1234 of another container or machine',
  ],
  ['as another one, where nobody can say', undefined, 'is in use by another process'],
  ['as another one, where nobody can read it', 'a name', 'is in use by another process'],
])('names the owner %s', (_, owner, text) => {
  expect(new DirectoryLockedError('/folder', owner).message).toBe(`/folder ${text}`);
});
