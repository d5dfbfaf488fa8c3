import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnChild, temporaryDirectory, ulimitFileSize, withTmpfs } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';

/**
 * What a single write does here, measured (Linux 6, Node 26; docs/decisions/2026-11-21-own-durable-writer.md has the table):
 * of 10,000 bytes, `FileHandle.write` and `fs.writeSync` write 4,096 under `ulimit -f`, 8,192 to a file system of 8 KiB,
 * and report success both times; so do the usual npm atomic writers on the full file system, which then rename the stump
 * into place. The first rows of these tests keep that measurement true.
 */
const SIZE_BYTES = 10_000;
const child = new URL('fixtures/limited-writer.ts', import.meta.url);

async function writeInChild(kind: string, path: string, wrapper: readonly string[] = []): Promise<unknown> {
  await using run = await spawnChild(child, [kind, path, String(SIZE_BYTES)], { wrapper });
  const { code, signal, stdout, stderr } = await run.exited;
  expect({ code, signal }, stderr).toEqual({ code: 0, signal: null });
  return JSON.parse(stdout);
}

describe('under a limit on the size of files (ulimit -f)', () => {
  const wrapper = ulimitFileSize(4096);

  test.each(['naive handle.write', 'naive writeSync'])('%s reports success for a stump', async (kind) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'target');
    expect(await writeInChild(kind, path, wrapper)).toEqual({ reported: 'success', bytes: 4096 });
    expect(statSync(path).size).toBe(4096);
  });

  test('writeAll reports that the file is too large', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'target');
    expect(await writeInChild('writeAll', path, wrapper)).toEqual({ reported: 'EFBIG' });
  });

  test('writeFileAtomic reports that the file is too large, keeps the old one and leaves no temp file', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'target');
    writeFileSync(path, 'old');
    expect(await writeInChild('writeFileAtomic', path, wrapper)).toEqual({ reported: 'ERR_FILE_TOO_LARGE' });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(directory.path)).toEqual(['target']);
  });
});

describe('on a file system of 8 KiB', () => {
  const notPermitted = 'mounting a tmpfs is not permitted here';

  test.for(['naive handle.write', 'naive writeSync'])('%s reports success for a stump', async (kind, { skip }) => {
    const outcome = await withTmpfs(8192, (path) => writeInChild(kind, join(path, 'target')));
    if (outcome === undefined) return skip(notPermitted);
    expect(outcome.value).toEqual({ reported: 'success', bytes: 8192 });
  });

  test('writeAll reports that the disk is full', async ({ skip }) => {
    const outcome = await withTmpfs(8192, (path) => writeInChild('writeAll', join(path, 'target')));
    if (outcome === undefined) return skip(notPermitted);
    expect(outcome.value).toEqual({ reported: 'ENOSPC' });
  });

  test('writeFileAtomic reports that the disk is full, keeps the old file and gives the space back', async ({
    skip,
  }) => {
    const outcome = await withTmpfs(8192, async (path) => {
      writeFileSync(join(path, 'target'), 'old');
      const failed = await writeInChild('writeFileAtomic', join(path, 'target'));
      return { failed, names: readdirSync(path), old: readFileSync(join(path, 'target'), 'utf8') };
    });
    if (outcome === undefined) return skip(notPermitted);
    expect(outcome.value).toEqual({ failed: { reported: 'ERR_DISK_FULL' }, names: ['target'], old: 'old' });
  });
});
