import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runProgram, skipWithout, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { ContentShrankError } from '../../src/archive/archive-errors.ts';
import { openContent } from '../../src/archive/opened-content.ts';

const SMALL_BYTES = 256 * 1024;
const content = (sizeBytes: number): Buffer => Buffer.alloc(sizeBytes, 'waybill\r\n\0\xff', 'latin1');

async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}

describe('openContent', () => {
  it.each([0, 1, SMALL_BYTES, SMALL_BYTES + 1, 3 * SMALL_BYTES + 7])(
    'gives all %d bytes, and any range of them',
    async (sizeBytes) => {
      await using base = await temporaryDirectory();
      const file = path.join(base.path, 'x');
      const expected = content(sizeBytes);
      await writeFile(file, expected);
      for (const range of [
        {},
        { start: 1 },
        { end: sizeBytes - 1 },
        { start: 5, end: Math.min(sizeBytes, SMALL_BYTES + 5) },
      ]) {
        const opened = openContent(file);
        expect(opened?.sizeBytes).toBe(sizeBytes);
        expect(opened?.bytes !== undefined).toBe(sizeBytes <= SMALL_BYTES);
        const got = Buffer.concat(await Array.fromAsync(opened!.stream(range)));
        expect(
          got.equals(expected.subarray(range.start ?? 0, Math.max(range.start ?? 0, range.end ?? sizeBytes))),
        ).toBe(true);
      }
    },
  );

  it('knows no FIFO', async (context) => {
    await using base = await temporaryDirectory();
    const fifo = path.join(base.path, 'fifo');
    if ((await runProgram('mkfifo', [fifo]))?.code !== 0) skipWithout(context, 'mkfifo');
    expect(openContent(fifo)).toBeUndefined();
  });

  it('knows no missing file and no directory', async () => {
    await using base = await temporaryDirectory();
    await mkdir(path.join(base.path, 'directory'));
    for (const name of ['missing', 'directory', 'missing/x', 'x'.repeat(300)]) {
      expect(openContent(path.join(base.path, name))).toBeUndefined();
    }
  });

  it('closes its file when the stream ends, is left, or is never begun', async () => {
    await using base = await temporaryDirectory();
    const file = path.join(base.path, 'x');
    await writeFile(file, content(4 * SMALL_BYTES));
    const before = await openFiles();
    await Array.fromAsync(openContent(file)!.stream());
    for await (const _bytes of openContent(file)!.stream()) break;
    const unread = openContent(file);
    await unread?.close();
    await unread?.close();
    expect(await openFiles()).toBe(before);
  });

  it('fails rather than ends when the file becomes shorter while it is read', async () => {
    await using base = await temporaryDirectory();
    const file = path.join(base.path, 'x');
    await writeFile(file, content(4 * SMALL_BYTES));
    const opened = openContent(file);
    await truncate(file, SMALL_BYTES + 1);
    await expect(Array.fromAsync(opened!.stream())).rejects.toBeInstanceOf(ContentShrankError);
  });
});
