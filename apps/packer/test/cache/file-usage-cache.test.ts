import { readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { fileUsageCache } from '../../src/cache/file-usage-cache.ts';
import type { FoundUsage } from '../../src/trace/usage.ts';

const found: FoundUsage = {
  datablock: { code: 'IM', name: 'IMa' },
  via: 'Image.filepath',
  fields: [{ role: 'path', block: 1, bodyOffset: 0, struct: '', path: 'path', sizeBytes: Infinity }],
  stored: Buffer.from('//gr\xfcn.png', 'latin1'),
  kind: 'tiles',
  isPacked: false,
  isOptional: false,
  nesting: [],
  relativeTo: [Buffer.from('//lib.blend')],
  search: { in: 'siblings', expression: 'a' },
};

describe('fileUsageCache', () => {
  it('gives in the next run the very same, bytes and infinities included', async () => {
    await using directory = await temporaryDirectory();
    const folder = join(directory.path, 'traces');
    const cache = fileUsageCache(folder);
    cache.set('key', [found]);
    expect(cache.get('key')).toEqual([found]);
    await cache.save();
    const next = fileUsageCache(folder).get('key');
    expect(next).toEqual([found]);
    expect(Buffer.isBuffer(next?.[0]?.stored)).toBe(true);
    expect(fileUsageCache(folder).get('other key')).toBeUndefined();
  });

  it('takes what is cut off, or was written for another key, for nothing', async () => {
    await using directory = await temporaryDirectory();
    const cache = fileUsageCache(directory.path);
    cache.set('key', [found]);
    await cache.save();
    const [name = ''] = await readdir(directory.path);
    await truncate(join(directory.path, name), 20);
    expect(fileUsageCache(directory.path).get('key')).toBeUndefined();
  });

  it('keeps what was asked for, however long ago it was written', async () => {
    await using directory = await temporaryDirectory();
    const cache = fileUsageCache(directory.path);
    cache.set('key', [found]);
    await cache.save();
    const [name = ''] = await readdir(directory.path);
    await utimes(join(directory.path, name), 1, 1);
    const next = fileUsageCache(directory.path);
    expect(next.get('key')).toEqual([found]);
    next.set('other key', []);
    await next.save();
    expect(await readdir(directory.path)).toContain(name);
  });

  it('drops what is older than 90 days when something new is written', async () => {
    await using directory = await temporaryDirectory();
    const old = join(directory.path, 'old');
    await writeFile(old, 'old');
    await utimes(old, 1, 1);
    const cache = fileUsageCache(directory.path);
    cache.set('key', []);
    await cache.save();
    const names = await readdir(directory.path);
    expect(names).toHaveLength(1);
    expect(names).not.toContain('old');
  });
});
