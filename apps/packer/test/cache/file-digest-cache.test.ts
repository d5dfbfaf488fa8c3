import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { openFileDigestCache } from '../../src/cache/file-digest-cache.ts';

const digest = { sha256: 'ab'.repeat(32), sizeBytes: 5 };

describe('openFileDigestCache', () => {
  it('finds in the next run what was saved in this one', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'new/digests');
    const cache = await openFileDigestCache(path);
    expect(cache.get('1:2:5:0:0')).toBeUndefined();
    cache.set('1:2:5:0:0', digest);
    await cache.save();
    expect((await openFileDigestCache(path)).get('1:2:5:0:0')).toMatchObject(digest);
    expect((await openFileDigestCache(path)).get('1:2:5:0:1')).toBeUndefined();
  });

  it('writes nothing where nothing is new', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'digests');
    await (await openFileDigestCache(path)).save();
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });

  it('drops what nobody has asked for in 90 days, and keeps what somebody has', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'digests');
    const first = await openFileDigestCache(path, 1000);
    first.set('old', digest);
    first.set('used', digest);
    await first.save();
    const second = await openFileDigestCache(path, 1060);
    expect(second.get('used')).toBeDefined();
    await second.save();
    const third = await openFileDigestCache(path, 1091);
    third.set('new', digest);
    await third.save();
    const fourth = await openFileDigestCache(path, 1091);
    expect(['old', 'used', 'new'].map((key) => fourth.get(key) !== undefined)).toEqual([false, true, true]);
  });

  it.each(['', 'another program wrote this\n', 'waybill-digests 1\nbroken line\n\0\n'])(
    'takes %j for empty',
    async (text) => {
      await using directory = await temporaryDirectory();
      const path = join(directory.path, 'digests');
      await writeFile(path, text);
      expect((await openFileDigestCache(path)).get('broken')).toBeUndefined();
    },
  );
});
