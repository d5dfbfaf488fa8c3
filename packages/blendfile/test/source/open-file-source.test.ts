import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { BlendFileTruncatedError } from '../../src/index.ts';
import { openFileSource } from '../../src/source/open-file-source.ts';

it('keeps what was read from a small file when its memory has gone to the next one', async () => {
  await using folder = await temporaryDirectory();
  const [first, second] = [join(folder.path, 'a'), join(folder.path, 'b')];
  await writeFile(first, Buffer.alloc(1000, 1));
  await writeFile(second, Buffer.alloc(1000, 2));
  const source = await openFileSource(first);
  const kept = [await source.read(10, 20), source.peek(10, 20)!];
  await source[Symbol.asyncDispose]();
  await source[Symbol.asyncDispose]();
  await using one = await openFileSource(second);
  await using other = await openFileSource(first);
  for (const bytes of kept) expect(bytes).toEqual(Buffer.alloc(20, 1));
  expect(one.lend(990, 10)).toEqual(new Uint8Array(10).fill(2));
  expect(other.lend(990, 10)).toEqual(new Uint8Array(10).fill(1));
  expect(() => source.lend(10, 20)).toThrow(BlendFileTruncatedError);
});

it('reads an empty file', async () => {
  await using folder = await temporaryDirectory();
  await writeFile(join(folder.path, 'a'), '');
  await using source = await openFileSource(join(folder.path, 'a'));
  expect(source.sizeBytes).toBe(0);
  expect(await source.window(0)).toHaveLength(0);
});
