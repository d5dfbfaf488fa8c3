import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '@waybill/digest';
import {
  type CallFaults,
  errnoError,
  recordCalls,
  type TemporaryDirectory,
  temporaryDirectory,
} from '@waybill/test-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AtomicWriteOptions, openAtomicWriter } from '../src/atomic-writer.ts';
import { DirectorySyncer } from '../src/directory-syncer.ts';
import { type FileOperations, immediateFileOperations, pooledFileOperations } from '../src/file-operations.ts';
import { syncDirectory } from '../src/sync-directory.ts';
import { tempMark } from '../src/temp-mark.ts';
import { FileSyncFailedError } from '../src/write-errors.ts';
import { writeFileAtomic } from '../src/write-file-atomic.ts';

const content = Buffer.from('new content');
let directory: TemporaryDirectory;
let target: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
  target = join(directory.path, 'target');
  writeFileSync(target, 'old');
});

afterEach(async () => await directory[Symbol.asyncDispose]());

async function* inChunks(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(content.subarray(0, 4));
  yield content.subarray(4);
}

/** Writes with recorded system calls, of which some fail. The sync of the directory is recorded as `syncDirectory`. */
function write(faults: CallFaults<FileOperations>, options: AtomicWriteOptions = {}, small = true) {
  const recorded = recordCalls(small ? immediateFileOperations : pooledFileOperations, faults);
  const directorySyncer = new DirectorySyncer((path) => {
    if (path === directory.path) recorded.names.push('syncDirectory');
    return syncDirectory(path);
  });
  const all = { directorySyncer, ...options, operations: recorded.operations };
  return { names: recorded.names, done: writeFileAtomic(target, small ? content : inChunks(), all) };
}

function failingFor(failing: string): DirectorySyncer {
  return new DirectorySyncer((path) => {
    if (path === failing) throw new FileSyncFailedError(path, errnoError('EIO', 'fsync'));
    return syncDirectory(path);
  });
}

function expectOld(): void {
  expect(readFileSync(target, 'utf8')).toBe('old');
  expect(readdirSync(directory.path)).toEqual(['target']);
}

describe.each([
  ['content in memory', true, ['write']],
  ['a stream', false, ['writeParts']],
])('writing %s atomically', (_what, small, writes) => {
  test('opens, writes, syncs, closes, renames and syncs the directory, in this order', async () => {
    const { names, done } = write({}, {}, small);
    await expect(done).resolves.toMatchObject({ sizeBytes: 11 });
    expect(names).toEqual(['open', ...writes, 'sync', 'close', 'rename', 'syncDirectory']);
    expect(readFileSync(target)).toEqual(content);
  });

  test.each([
    ['file', ['open', ...writes, 'sync', 'close', 'rename']],
    ['none', ['open', ...writes, 'close', 'rename']],
  ] as const)('does without the syncs that durability %s leaves out', async (durability, expected) => {
    const { names, done } = write({}, { durability }, small);
    await done;
    expect(names).toEqual(expected);
  });

  test('discards the file after a failed sync and never syncs it again', async () => {
    const { names, done } = write({ sync: 'EIO' }, {}, small);
    await expect(done).rejects.toMatchObject({ code: 'ERR_FILE_SYNC_FAILED', retryable: true, cause: { code: 'EIO' } });
    expect(names).toEqual(['open', ...writes, 'sync', 'close', 'unlink']);
    expectOld();
  });

  test('reports a failed close, and does not close a second time', async () => {
    const close = (fd: number): void => {
      void pooledFileOperations.close(fd);
      throw errnoError('EIO', 'close');
    };
    const { names, done } = write({ close }, {}, small);
    await expect(done).rejects.toMatchObject({ code: 'ERR_FILE_CLOSE_FAILED', cause: { code: 'EIO' } });
    expect(names).toEqual(['open', ...writes, 'sync', 'close', 'unlink']);
    expectOld();
  });

  test.each([
    ['open', 'EACCES', 'EACCES'],
    ['open', 'ENOSPC', 'ERR_DISK_FULL'],
    ['write', 'ENOSPC', 'ERR_DISK_FULL'],
    // Windows has no quotas that fail like this.
    ...(process.platform === 'win32' ? [] : ([['write', 'EDQUOT', 'ERR_DISK_FULL']] as const)),
    ['write', 'EFBIG', 'ERR_FILE_TOO_LARGE'],
    ['write', 'EIO', 'EIO'],
    ['sync', 'ENOSPC', 'ERR_DISK_FULL'],
    ['rename', 'EROFS', 'EROFS'],
  ] as const)('keeps the old file and no temp file when %s fails with %s', async (call, fault, code) => {
    const failing = call === 'write' && !small ? 'writeParts' : call;
    const { done } = write({ [failing]: fault }, {}, small);
    await expect(done).rejects.toMatchObject({ code });
    expectOld();
  });

  test('leaves the new file, whole, but does not acknowledge it when the sync of the directory fails', async () => {
    const { done } = write({}, { directorySyncer: failingFor(directory.path) }, small);
    await expect(done).rejects.toMatchObject({ code: 'ERR_FILE_SYNC_FAILED', path: directory.path });
    expect(readFileSync(target)).toEqual(content);
    expect(readdirSync(directory.path)).toEqual(['target']);
  });

  test('writes nothing where the directory itself cannot be made durable', async () => {
    const { names, done } = write({}, { directorySyncer: failingFor(dirname(directory.path)) }, small);
    await expect(done).rejects.toMatchObject({ code: 'ERR_FILE_SYNC_FAILED', path: dirname(directory.path) });
    expect(names).toEqual([]);
    expectOld();
  });

  test('refuses content of another length, with both lengths', async () => {
    const { done } = write({}, { expected: { sizeBytes: 12 } }, small);
    await expect(done).rejects.toMatchObject({
      code: 'ERR_CONTENT_LENGTH_MISMATCH',
      expectedBytes: 12,
      actualBytes: 11,
    });
    expectOld();
  });

  test('refuses content of another digest, with both digests', async () => {
    const digest = sha256(Buffer.from('other'));
    const { done } = write({}, { expected: { sizeBytes: 11, digest } }, small);
    await expect(done).rejects.toMatchObject({
      code: 'ERR_CONTENT_DIGEST_MISMATCH',
      expected: digest,
      actual: sha256(content),
    });
    expectOld();
  });

  test('accepts what was expected', async () => {
    const expected = { sizeBytes: 11, digest: sha256(content) };
    await expect(write({}, { expected }, small).done).resolves.toMatchObject({ sizeBytes: 11 });
  });

  test.each(['opened', 'written', 'synced', 'closed'])('modifies nothing when aborted after %s', async (aborting) => {
    const controller = new AbortController();
    const onStep = (step: string): void => (step === aborting ? controller.abort(new Error('enough')) : undefined);
    const { names, done } = write({}, { signal: controller.signal, onStep }, small);
    await expect(done).rejects.toThrow('enough');
    expect(names).not.toContain('rename');
    expectOld();
  });

  test('finishes what is in place when aborted after the rename', async () => {
    const controller = new AbortController();
    const onStep = (step: string): void => (step === 'renamed' ? controller.abort() : undefined);
    const { names, done } = write({}, { signal: controller.signal, onStep }, small);
    await done;
    expect(names.at(-1)).toBe('syncDirectory');
  });

  test('touches nothing when aborted before', async () => {
    const { names, done } = write({}, { signal: AbortSignal.abort(new Error('enough')) }, small);
    await expect(done).rejects.toThrow('enough');
    expect(names).toEqual([]);
  });

  test('does not replace a file when it is to be exclusive', async () => {
    const { done } = write({}, { exclusive: true }, small);
    await expect(done).rejects.toMatchObject({ code: 'ERR_FILE_EXISTS', path: target });
    expectOld();
  });

  test('puts an exclusive file in a free place, without leaving its temp name', async () => {
    target = join(directory.path, 'free');
    const { names, done } = write({}, { exclusive: true }, small);
    await done;
    expect(names).toEqual(['open', ...writes, 'sync', 'close', 'link', 'unlink', 'syncDirectory']);
    expect(readdirSync(directory.path).sort()).toEqual(['free', 'target']);
  });

  test('makes missing parents when asked to, and fails without', async () => {
    target = join(directory.path, 'new', 'newer', 'target');
    await expect(write({}, {}, small).done).rejects.toMatchObject({ code: 'ENOENT' });
    await write({}, { createParents: true }, small).done;
    expect(readFileSync(target)).toEqual(content);
  });

  test('keeps out of the way of a temp file of the same name', async () => {
    let names = 0;
    const tempName = (): string => (names++ === 0 ? 'taken' : 'free');
    writeFileSync(join(directory.path, 'taken'), 'stranger');
    await write({}, { tempName }, small).done;
    expect(readFileSync(join(directory.path, 'taken'), 'utf8')).toBe('stranger');
    expect(readFileSync(target)).toEqual(content);
  });

  test('gives the mark and a new number to who names the temp file', async () => {
    const seen: string[] = [];
    const tempName = (mark: string, sequence: number): string => {
      seen.push(`${mark} ${sequence}`);
      return `temp-${sequence}`;
    };
    await write({}, { tempName }, small).done;
    await write({}, { tempName }, small).done;
    expect(new Set(seen).size).toBe(2);
    for (const text of seen) expect(text).toContain(`${tempMark()} `);
  });

  test.skipIf(process.platform === 'win32')('gives the file the mode that it is told', async () => {
    await write({}, { mode: 0o600 }, small).done;
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });
});

describe('openAtomicWriter', () => {
  test('shows nothing under the final name until the commit', async () => {
    await using writer = await openAtomicWriter(target);
    await writer.write(content.subarray(0, 3));
    expect(readFileSync(target, 'utf8')).toBe('old');
    await writer.write(content.subarray(3));
    const summary = await writer.commit();
    expect(summary).toEqual({ sizeBytes: 11, digest: sha256(content) });
    expect(readFileSync(target)).toEqual(content);
  });

  test('leaves nothing behind when discarded, or disposed without a commit', async () => {
    {
      await using writer = await openAtomicWriter(target);
      await writer.write(content);
    }
    const writer = await openAtomicWriter(target);
    await writer.discard();
    await writer.discard();
    expectOld();
  });

  test('refuses to go on after the end', async () => {
    const writer = await openAtomicWriter(target);
    await writer.commit();
    await expect(writer.write(content)).rejects.toThrow(TypeError);
    await expect(writer.commit()).rejects.toThrow(TypeError);
    expect(readFileSync(target)).toHaveLength(0);
  });

  test('removes the temp file when the caller fails while it notes a step', async () => {
    const onStep = (): void => {
      throw new Error('noting failed');
    };
    await expect(openAtomicWriter(target, { onStep })).rejects.toThrow('noting failed');
    expectOld();
  });
});

describe('writeFileAtomic', () => {
  test('removes the temp file when the source fails, and ends the source when writing fails', async () => {
    const failing = (async function* () {
      yield content;
      await Promise.reject(new Error('source failed'));
    })();
    await expect(writeFileAtomic(target, failing)).rejects.toThrow('source failed');

    let ended = false;
    const endless = (async function* () {
      try {
        for (;;) yield await Promise.resolve(content);
      } finally {
        ended = true;
      }
    })();
    const { operations } = recordCalls(pooledFileOperations, { writeParts: 'ENOSPC' });
    await expect(writeFileAtomic(target, endless, { operations })).rejects.toMatchObject({ code: 'ERR_DISK_FULL' });
    expect(ended).toBe(true);
    expectOld();
  });

  test.each([
    ['a part', () => 5],
    ['nothing, being interrupted', 'EINTR'],
  ] as const)('goes on where the system has accepted %s of a row of chunks', async (_what, fault) => {
    const writeParts = (fd: number, parts: readonly Uint8Array[]): number => {
      if (fault === 'EINTR') throw errnoError(fault);
      return writeSync(fd, Buffer.concat(parts), 0, fault());
    };
    const { done } = write({ writeParts }, {}, false);
    await expect(done).resolves.toMatchObject({ sizeBytes: content.length });
    expect(readFileSync(target)).toEqual(content);
  });

  test.each([-1, Number.NaN, content.length + 1])('refuses %d as the number of bytes accepted', async (accepted) => {
    const { done } = write({ writeParts: () => accepted }, {}, false);
    await expect(done).rejects.toMatchObject({ code: 'ERR_WRITE_STALLED' });
    expectOld();
  });

  test('lets go at once when aborted while the source gives nothing', async () => {
    const controller = new AbortController();
    const stuck = (async function* () {
      yield content;
      setImmediate(() => controller.abort(new Error('enough')));
      await new Promise(() => undefined);
    })();
    await expect(writeFileAtomic(target, stuck, { signal: controller.signal })).rejects.toThrow('enough');
    expectOld();
  });

  test('fails, and leaves a directory alone that has the name of the target', async () => {
    target = join(directory.path, 'folder');
    mkdirSync(target);
    await expect(writeFileAtomic(target, content)).rejects.toMatchObject({
      code: process.platform === 'win32' ? 'EPERM' : 'EISDIR',
    });
    expect(readdirSync(directory.path).sort()).toEqual(['folder', 'target']);
  });
});
