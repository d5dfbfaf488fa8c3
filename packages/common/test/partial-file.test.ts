import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { recordCalls, type TemporaryDirectory, temporaryDirectory } from '@waybill/test-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPartialFile, removePartialFile } from '../src/partial-file.ts';
import { partialFileOperations } from '../src/partial-file-operations.ts';
import { sweepTempFiles } from '../src/sweep-temp-files.ts';
import { formatTempMark, parseTempMark, type TempMark, tempMark } from '../src/temp-mark.ts';

const own = parseTempMark(tempMark()) as TempMark;
const gone = formatTempMark({ ...own, pid: spawnSync(process.execPath, ['--version']).pid });
const elsewhere = formatTempMark({ ...own, place: '0123456789ab' });

let directory: TemporaryDirectory;
let target = '';

beforeEach(async () => {
  directory = await temporaryDirectory();
  target = join(directory.path, 'out.car');
});

afterEach(async () => await directory[Symbol.asyncDispose]());

const names = (): string[] => readdirSync(directory.path).toSorted();
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** What a process that was killed has left. */
function leave(text: string, mark?: string): string {
  const path = mark === undefined ? `${target}.partial` : `${target}.${mark}.partial`;
  writeFileSync(path, text);
  return path;
}

describe('a partial file', () => {
  test('is put down, gone on with, and put in place as a whole', async () => {
    const first = await openPartialFile(target);
    await first.write(bytes('one '));
    await first.sync();
    await first.write(bytes('two '));
    expect(names()).toEqual([`out.car.${tempMark()}.partial`]);
    expect(await first.keep()).toBe(true);
    expect(names()).toEqual(['out.car.partial']);
    const second = await openPartialFile(target);
    expect(second.sizeBytes).toBe(8);
    await second.cut(4);
    await second.write(bytes('three'));
    await second.commit();
    expect(names()).toEqual(['out.car']);
    expect(readFileSync(target, 'utf8')).toBe('one three');
  });

  test('is kept when it is disposed, and not when there is nothing in it', async () => {
    {
      await using file = await openPartialFile(target);
      await file.write(bytes('something'));
    }
    expect(names()).toEqual(['out.car.partial']);
    await removePartialFile(target);
    {
      await using file = await openPartialFile(target);
      expect(file.sizeBytes).toBe(0);
    }
    expect(names()).toEqual([]);
  });

  test('gives back what it holds, from any place, and fewer bytes at its end', async () => {
    leave('0123456789');
    await using file = await openPartialFile(target);
    const into = new Uint8Array(4);
    expect(await file.read(into, 3)).toBe(4);
    expect(Buffer.from(into).toString()).toBe('3456');
    expect(await file.read(into, 8)).toBe(2);
    expect(await file.read(into, 10)).toBe(0);
    await expect(file.cut(11)).rejects.toThrow(RangeError);
  });

  test('is taken over from a process that has ended, and from one of which nothing is known', async () => {
    for (const mark of [gone, elsewhere]) {
      leave('left behind', mark);
      await using file = await openPartialFile(target);
      expect(basename(file.path)).toBe(`out.car.${tempMark()}.partial`);
      expect(file.sizeBytes).toBe(11);
      await file.discard();
      expect(names()).toEqual([]);
    }
  });

  test('cannot be put in place any more by an owner from whom it was taken', async () => {
    const file = await openPartialFile(target);
    await file.write(bytes('mine'));
    // As another machine does it, for which this process is unknown.
    renameSync(file.path, `${target}.${elsewhere}.partial`);
    await expect(file.commit()).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await file.keep()).toBe(false);
    expect(names()).toEqual([`out.car.${elsewhere}.partial`]);
  });

  test('is refused while somebody works on it, and that one does not notice', async () => {
    await using file = await openPartialFile(target);
    await file.write(bytes('mine'));
    await expect(openPartialFile(target)).rejects.toMatchObject({
      code: 'ERR_PARTIAL_FILE_BUSY',
      owner: tempMark(),
      retryable: true,
    });
    expect(await removePartialFile(target)).toEqual({ removedBytes: 0, isLeft: true });
    await file.commit();
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });

  test('is given up by both of two who begin at the same moment', async () => {
    const other = `${target}.${formatTempMark({ ...own, pid: process.ppid, startTicks: startTicksOf(process.ppid) })}.partial`;
    const { operations } = recordCalls(partialFileOperations, {
      open: async (path: string, mode: number) => {
        writeFileSync(other, '');
        return await partialFileOperations.open(path, mode);
      },
    });
    await expect(openPartialFile(target, { operations })).rejects.toMatchObject({ code: 'ERR_PARTIAL_FILE_BUSY' });
    expect(names()).toEqual([basename(other)]);
  });

  test('goes on with the largest where several were left, and removes the others', async () => {
    leave('small', gone);
    leave('the larger one');
    await using file = await openPartialFile(target);
    expect(file.sizeBytes).toBe(14);
    expect(names()).toEqual([`out.car.${tempMark()}.partial`]);
  });

  test('never writes into what has another name too, or is no file', async () => {
    writeFileSync(join(directory.path, 'precious'), 'finished');
    linkSync(join(directory.path, 'precious'), `${target}.partial`);
    symlinkSync('precious', `${target}.${gone}.partial`);
    await using file = await openPartialFile(target);
    expect(file.sizeBytes).toBe(0);
    await file.write(bytes('anew'));
    expect(readFileSync(join(directory.path, 'precious'), 'utf8')).toBe('finished');
  });

  test('is left alone by sweeps of temp files', async () => {
    leave('left behind', gone);
    leave('put down');
    expect(await sweepTempFiles(directory.path, { maxAgeMs: 0 })).toEqual([]);
    expect(names()).toHaveLength(2);
  });

  test('does not replace a file when it is to be exclusive, and stays', async () => {
    writeFileSync(target, 'there before');
    const file = await openPartialFile(target, { exclusive: true });
    await file.write(bytes('new'));
    await expect(file.commit()).rejects.toMatchObject({ code: 'ERR_FILE_EXISTS' });
    expect(await file.keep()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('there before');
    expect(names()).toEqual(['out.car', 'out.car.partial']);
  });

  test('stays when a write fails, and takes no more', async () => {
    const { operations } = recordCalls(partialFileOperations);
    const full = { ...operations };
    const file = await openPartialFile(target, { operations: full });
    await file.write(bytes('synced '));
    await file.sync();
    Object.assign(full, recordCalls(partialFileOperations, { writeAt: 'ENOSPC' }).operations);
    await expect(file.write(bytes('more'))).rejects.toMatchObject({ code: 'ERR_DISK_FULL' });
    await expect(file.write(bytes('more'))).rejects.toThrow(TypeError);
    expect(await file.keep()).toBe(true);
    expect(readFileSync(`${target}.partial`, 'utf8')).toBe('synced ');
  });

  test.for(['sync', 'close'] as const)('is given up when a %s fails: nobody knows what is on disk', async (call) => {
    const { operations } = recordCalls(partialFileOperations, { [call]: 'EIO' });
    const file = await openPartialFile(target, { operations });
    await file.write(bytes('lost'));
    await expect(file.commit()).rejects.toMatchObject({
      code: call === 'sync' ? 'ERR_FILE_SYNC_FAILED' : 'ERR_FILE_CLOSE_FAILED',
    });
    expect(await file.keep()).toBe(false);
    expect(names()).toEqual([]);
  });

  test('syncs before it is put in place, unless durability is none', async () => {
    for (const [durability, syncs] of [
      ['full', 1],
      ['file', 1],
      ['none', 0],
    ] as const) {
      const calls = recordCalls(partialFileOperations);
      const file = await openPartialFile(target, { operations: calls.operations, durability });
      await file.write(bytes('content'));
      await file.commit();
      const order = calls.names.filter((name) => ['sync', 'close', 'rename'].includes(name));
      expect(order).toEqual([...Array<string>(syncs).fill('sync'), 'close', 'rename']);
    }
  });

  test('stays where it is when the write is aborted', async () => {
    const abort = new AbortController();
    const file = await openPartialFile(target, { signal: abort.signal });
    await file.write(bytes('before'));
    abort.abort(new Error('stop'));
    await expect(file.write(bytes('after'))).rejects.toThrow('stop');
    await file.keep();
    expect(readFileSync(`${target}.partial`, 'utf8')).toBe('before');
  });
});

describe('removing a partial file', () => {
  test('removes what was put down or left behind, and says how much that was', async () => {
    leave('12345');
    leave('123', gone);
    writeFileSync(`${target}.other.partial`, 'of somebody else');
    mkdirSync(join(directory.path, 'out.car.d'));
    expect(await removePartialFile(target)).toEqual({ removedBytes: 8, isLeft: false });
    expect(names()).toEqual(['out.car.d', 'out.car.other.partial']);
  });

  test('can be told to remove second names of finished files only', async () => {
    writeFileSync(target, 'finished');
    linkSync(target, `${target}.${gone}.partial`);
    const kept = leave('to be gone on with');
    expect(await removePartialFile(target, { finishedOnly: true })).toEqual({ removedBytes: 8, isLeft: true });
    expect(names()).toEqual(['out.car', basename(kept)]);
    expect(statSync(target).nlink).toBe(1);
  });

  test('does nothing where there is no folder', async () => {
    expect(await removePartialFile(join(directory.path, 'none', 'out'))).toEqual({ removedBytes: 0, isLeft: false });
  });
});

/** Field 22 of /proc/PID/stat; 0 where there is none: then the age decides, and the file is young. */
function startTicksOf(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  const stat = readFileSync(file, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}
