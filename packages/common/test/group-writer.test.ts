import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '@waybill/digest';
import { type TemporaryDirectory, temporaryDirectory, withTmpfs, skipWithout } from '@waybill/test-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GroupWriter } from '../src/group-writer.ts';
import { ContentDigestMismatchError, DiskFullError, FileExistsError } from '../src/write-errors.ts';

let directory: TemporaryDirectory;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(async () => await directory[Symbol.asyncDispose]());

/** Enough at a time for the thread, in several groups. */
const MANY = 200;
const contentOf = (number: number): Buffer => Buffer.alloc(5000, `${number} `);
const pathOf = (number: number): string => join(directory.path, `hour-${number % 3}`, `file-${number}`);
const numbers = Array.from({ length: MANY }, (_, number) => number);
const there = (): string[] =>
  readdirSync(directory.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe.each(['full', 'file', 'none'] as const)('with durability %s', (durability) => {
  test('writes many files at a time, with their directories, each as it was given', async () => {
    await using writer = new GroupWriter({ durability });
    const written = await Promise.all(numbers.map((number) => writer.write(pathOf(number), contentOf(number))));
    expect(written).toEqual(numbers.map((number) => ({ sizeBytes: 5000, digest: sha256(contentOf(number)) })));
    expect(there().sort()).toEqual(numbers.map(pathOf).sort());
    for (const number of numbers) expect(readFileSync(pathOf(number))).toEqual(contentOf(number));
  });

  test('writes a file that comes alone, and contents of any size among others', async () => {
    await using writer = new GroupWriter({ durability });
    await writer.write(pathOf(0), contentOf(0));
    const sizes = [0, 1, 100_000, 256 * 1024, 256 * 1024 + 1, 3_000_000, 7, 8, 9, 10];
    await Promise.all(sizes.map((size) => writer.write(join(directory.path, `${size}`), Buffer.alloc(size, 'x'))));
    for (const size of sizes) expect(readFileSync(join(directory.path, `${size}`))).toEqual(Buffer.alloc(size, 'x'));
    expect(there()).toHaveLength(sizes.length + 1);
  });

  test('makes a directory anew that is removed meanwhile', async () => {
    await using writer = new GroupWriter({ durability });
    for (let round = 0; round < 3; round++) {
      await Promise.all(numbers.slice(0, 20).map((number) => writer.write(pathOf(number), contentOf(number))));
      expect(there()).toHaveLength(20);
      rmSync(dirname(pathOf(round)), { recursive: true });
    }
  });
});

test('refuses what has another digest before anything is opened', async () => {
  await using writer = new GroupWriter();
  const expected = { digest: sha256(Buffer.from('something else')) };
  const writes = numbers.map((number) =>
    writer.write(pathOf(number), contentOf(number), number === 9 ? { expected } : {}),
  );
  await expect(writes[9]).rejects.toThrow(ContentDigestMismatchError);
  expect((await Promise.allSettled(writes)).filter(({ status }) => status === 'fulfilled')).toHaveLength(MANY - 1);
  expect(there()).toHaveLength(MANY - 1);
});

test.each(['exclusive', 'keepExisting'])(
  'replaces nothing where it is %s, and says which file exists',
  async (option) => {
    await using writer = new GroupWriter();
    mkdirSync(dirname(pathOf(9)));
    writeFileSync(pathOf(9), 'old');
    const writes = numbers.map((number) => writer.write(pathOf(number), contentOf(number), { [option]: true }));
    await expect(writes[9]).rejects.toThrow(FileExistsError);
    await expect(writer.write(pathOf(9), contentOf(9), { [option]: true })).rejects.toThrow(FileExistsError);
    await expect(writes[9]).rejects.toMatchObject({ path: pathOf(9) });
    await Promise.allSettled(writes);
    expect(readFileSync(pathOf(9), 'utf8')).toBe('old');
    expect(there()).toHaveLength(MANY);
  },
);

test('writes nothing more of what is cancelled before its group begins', async () => {
  await using writer = new GroupWriter();
  const controller = new AbortController();
  const reason = new Error('no longer wanted');
  const writes = numbers.map((number) =>
    writer.write(pathOf(number), contentOf(number), { signal: controller.signal }),
  );
  controller.abort(reason);
  const ended = await Promise.allSettled(writes);
  const rejected = ended.filter((one) => one.status === 'rejected');
  expect(rejected.length).toBeGreaterThan(MANY / 2);
  for (const { reason: why } of rejected) expect(why).toBe(reason);
  expect(there()).toHaveLength(MANY - rejected.length);
  await expect(writer.write(pathOf(0), contentOf(0), { signal: controller.signal })).rejects.toBe(reason);
});

test('goes on after files that could not be written', async () => {
  await using writer = new GroupWriter();
  mkdirSync(pathOf(9), { recursive: true });
  const writes = numbers.map((number) => writer.write(pathOf(number), contentOf(number)));
  await expect(writes[9]).rejects.toMatchObject({ code: expect.stringMatching(/EISDIR|ENOTEMPTY|EPERM/) as string });
  expect((await Promise.allSettled(writes)).filter(({ status }) => status === 'rejected')).toHaveLength(1);
  await writer.write(join(directory.path, 'later'), contentOf(1));
  expect(there()).toHaveLength(MANY);
});

test('writes what comes after it was closed, too', async () => {
  const writer = new GroupWriter();
  const writes = numbers.map((number) => writer.write(pathOf(number), contentOf(number)));
  await writer.close();
  await Promise.all(writes);
  await Promise.all(numbers.map((number) => writer.write(`${pathOf(number)}-late`, contentOf(number))));
  await writer.close();
  expect(there()).toHaveLength(2 * MANY);
});

test('says of each file that does not fit on a full disk that it does not, and leaves nothing half', async (context) => {
  const done = await withTmpfs(512 * 1024, async (base) => {
    await using writer = new GroupWriter();
    const ended = await Promise.allSettled(
      numbers.map((number) => writer.write(join(base, `file-${number}`), contentOf(number))),
    );
    const rejected = ended.filter((one) => one.status === 'rejected');
    expect(rejected.length).toBeGreaterThan(10);
    for (const { reason } of rejected) expect(reason).toBeInstanceOf(DiskFullError);
    expect(readdirSync(base)).toHaveLength(MANY - rejected.length);
    for (const name of readdirSync(base)) expect(readFileSync(join(base, name))).toHaveLength(5000);
  });
  if (done === undefined) skipWithout(context, 'mounting a tmpfs needs root');
});
