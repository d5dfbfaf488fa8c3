import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import {
  type CallFaults,
  errnoError,
  recordCalls,
  type TemporaryDirectory,
  temporaryDirectory,
} from '@waybill/test-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Durability } from '../src/durability.ts';
import { type BlockingFileOperations, blockingFileOperations } from '../src/file-operations.ts';
import { errorOfFault } from '../src/group-fault.ts';
import { type GroupFile, writeGroup } from '../src/write-group.ts';

let directory: TemporaryDirectory;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(async () => await directory[Symbol.asyncDispose]());

/** Three files of four bytes each, `a` and `b` in one directory, `c` in another. */
function group(placing: GroupFile['placing'] = 'replace'): { files: GroupFile[]; contents: Uint8Array } {
  mkdirSync(join(directory.path, 'other'));
  const files = ['a', 'b', 'other/c'].map((name, at) => ({
    path: join(directory.path, name),
    tempPath: join(directory.path, `${name}.temp`),
    offset: 4 * at,
    length: 4,
    mode: 0o666,
    placing,
  }));
  return { files, contents: Buffer.from('AAAABBBBCCCC') };
}

/** Of all calls of one kind, the one for the file whose path ends like this fails. */
function failingFor(
  call: 'open' | 'rename' | 'syncDirectory',
  end: string,
  code: string,
): CallFaults<BlockingFileOperations> {
  const original = blockingFileOperations[call] as (path: string, ...rest: unknown[]) => unknown;
  const fail = (path: string, ...rest: unknown[]): unknown => {
    if (path.endsWith(end)) throw errnoError(code, call);
    return original(path, ...rest);
  };
  return { [call]: fail };
}

function write(
  faults: CallFaults<BlockingFileOperations> = {},
  durability: Durability = 'full',
  placing: GroupFile['placing'] = 'replace',
) {
  const { files, contents } = group(placing);
  const recorded = recordCalls(blockingFileOperations, faults);
  return { files, names: recorded.names, faults: writeGroup(files, contents, durability, recorded.operations) };
}

const there = (): string[] =>
  readdirSync(directory.path, { recursive: true })
    .map((name) => String(name).replaceAll(sep, '/'))
    .sort();
const thrice = (name: string): string[] => [name, name, name];

describe('a group of files', () => {
  test('is written, synced, closed and renamed, and then each directory is synced once', () => {
    const { files, names, faults } = write();
    expect(faults).toEqual([]);
    expect(names).toEqual([
      ...['open', 'write', 'sync', 'close', 'rename'].flatMap(thrice),
      ...['syncDirectory', 'syncDirectory'],
    ]);
    expect(files.map(({ path }) => readFileSync(path, 'latin1'))).toEqual(['AAAA', 'BBBB', 'CCCC']);
    expect(there()).toEqual(['a', 'b', 'other', 'other/c']);
  });

  test.each([
    ['file', ['open', 'write', 'sync', 'close', 'rename']],
    ['none', ['open', 'write', 'close', 'rename']],
  ] as const)('goes without the syncs that durability %s leaves out', (durability, calls) => {
    expect(write({}, durability).names).toEqual(calls.flatMap(thrice));
  });

  test.each(['open', 'rename'] as const)('loses only the file whose %s fails', (call) => {
    const end = call === 'open' ? 'b.temp' : 'b.temp';
    const { faults } = write(failingFor(call, end, 'EIO'));
    expect(faults).toMatchObject([{ index: 1, step: call, error: { code: 'EIO' } }]);
    expect(there()).toEqual(['a', 'other', 'other/c']);
  });

  test('leaves no file and no temp file where no write succeeds', () => {
    const { faults, names } = write({ write: 'ENOSPC' });
    expect(faults.map(({ index, step, error }) => [index, step, error.code])).toEqual(
      [0, 1, 2].map((index) => [index, 'write', 'ENOSPC']),
    );
    expect(names).not.toContain('rename');
    expect(there()).toEqual(['other']);
  });

  test('syncs no file a second time whose sync failed, and does not put it in place', () => {
    const { faults, names } = write({ sync: 'EIO' });
    expect(faults.map(({ step }) => step)).toEqual(thrice('sync'));
    expect(names.filter((name) => name === 'sync')).toHaveLength(3);
    expect(there()).toEqual(['other']);
  });

  test('closes each file once, also where that fails', () => {
    const closed: number[] = [];
    const close = (fd: number): void => {
      closed.push(fd);
      blockingFileOperations.close(fd);
      throw errnoError('EIO', 'close');
    };
    const { faults } = write({ close });
    expect(faults.map(({ step }) => step)).toEqual(thrice('close'));
    expect(new Set(closed).size).toBe(3);
    expect(closed).toHaveLength(3);
    expect(there()).toEqual(['other']);
  });

  test('is not acknowledged for the directory whose sync fails, though its files are in place', () => {
    const { faults, files } = write(failingFor('syncDirectory', 'other', 'EIO'));
    expect(faults).toMatchObject([{ index: 2, step: 'sync-directory' }]);
    const { path = '' } = files[2] ?? {};
    expect(errorOfFault(path, dirname(path), faults[0]!)).toMatchObject({
      code: 'ERR_FILE_SYNC_FAILED',
      path: dirname(path),
      cause: { code: 'EIO' },
    });
    expect(there()).toEqual(['a', 'b', 'other', 'other/c']);
  });

  test.each(['keep', 'exclusive'] as const)('leaves alone what is there where its placing is %s', (placing) => {
    writeFileSync(join(directory.path, 'a'), 'old');
    const { names, faults } = write({}, 'full', placing);
    expect(faults).toMatchObject([{ index: 0, step: 'look', error: { code: 'EEXIST' } }]);
    expect(names.filter((name) => name === 'open')).toHaveLength(2);
    expect(readFileSync(join(directory.path, 'a'), 'latin1')).toBe('old');
    expect(there()).toEqual(['a', 'b', 'other', 'other/c']);
  });

  test('replaces nothing that comes into being meanwhile where it is exclusive', () => {
    writeFileSync(join(directory.path, 'a'), 'old');
    const { faults } = write({ exists: () => false }, 'full', 'exclusive');
    expect(faults).toMatchObject([{ index: 0, step: 'rename', error: { code: 'EEXIST' } }]);
    expect(readFileSync(join(directory.path, 'a'), 'latin1')).toBe('old');
    expect(there()).toEqual(['a', 'b', 'other', 'other/c']);
  });
});

describe('the error of a fault', () => {
  test.each([
    ['write', 'ENOSPC', 'ERR_DISK_FULL'],
    // Windows has no quotas that fail like this.
    ...(process.platform === 'win32' ? [] : ([['sync', 'EDQUOT', 'ERR_DISK_FULL']] as const)),
    ['write', 'EFBIG', 'ERR_FILE_TOO_LARGE'],
    ['write', 'EIO', 'EIO'],
    ['sync', 'EIO', 'ERR_FILE_SYNC_FAILED'],
    ['close', 'EIO', 'ERR_FILE_CLOSE_FAILED'],
    ['look', 'EEXIST', 'ERR_FILE_EXISTS'],
    ['rename', 'EEXIST', 'ERR_FILE_EXISTS'],
    ['open', 'EACCES', 'EACCES'],
  ] as const)('of %s with %s is %s, as that of an atomic write', (step, code, expected) => {
    const { message, errno } = errnoError(code);
    const fault = { index: 0, step, error: { message, code, errno, syscall: step, stalled: undefined } };
    expect(errorOfFault('/a/b', '/a', fault)).toMatchObject({ code: expected });
  });

  test('says how far a write came that stalled', () => {
    const { faults } = write({ write: () => 0 });
    expect(errorOfFault('/a/b', '/a', faults[0]!)).toMatchObject({
      code: 'ERR_WRITE_STALLED',
      writtenBytes: 0,
      sizeBytes: 4,
    });
  });
});
