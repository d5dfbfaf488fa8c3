import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { ContentLengthMismatchError, writeUnhashed } from '../src/index.ts';

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  // One buffer for all pieces, as a copy uses it.
  const buffer = Buffer.alloc(16);
  for (const text of texts) yield buffer.subarray(0, buffer.write(text));
}

describe('writeUnhashed', () => {
  it('writes all pieces, though they come in one buffer, and says how many bytes they are', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'a/b.bin');
    expect(await writeUnhashed(path, pieces('one ', 'two ', 'three'), { createParents: true })).toBe(13);
    expect(await readFile(path, 'utf8')).toBe('one two three');
    expect((await stat(path)).mode & 0o611).toBe(0o600);
  });

  it('leaves the old file, and nothing else, where the length is another', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'b.bin');
    await writeFile(path, 'old');
    const writing = writeUnhashed(path, pieces('new'), { expectedBytes: 4 });
    await expect(writing).rejects.toThrow(ContentLengthMismatchError);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(directory.path)).toEqual(['b.bin']);
  });

  it('leaves nothing behind when it is aborted while the source gives nothing', async () => {
    await using directory = await temporaryDirectory();
    const controller = new AbortController();
    const stuck = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('first');
      setTimeout(() => controller.abort(new Error('enough')), 10);
      await new Promise(() => undefined);
    };
    const writing = writeUnhashed(join(directory.path, 'b.bin'), stuck(), { signal: controller.signal });
    await expect(writing).rejects.toThrow('enough');
    expect(await readdir(directory.path)).toEqual([]);
  });
});
