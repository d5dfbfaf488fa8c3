import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { Subdirectories } from '../../src/archive/subdirectories.ts';

describe('Subdirectories', () => {
  it('tells the listings what is left whenever a directory changed, so that they forget the rest', async () => {
    await using base = await temporaryDirectory();
    const told: (readonly string[])[] = [];
    const subdirectories = new Subdirectories({
      keepBelow: (parent, names) => {
        expect(parent).toBe(base.path);
        told.push(names);
      },
    });
    for (const name of ['2024-03-01T10', '2024-03-01T11']) await mkdir(path.join(base.path, name));
    expect(await subdirectories.list(base.path)).toEqual(['2024-03-01T10', '2024-03-01T11']);
    await rm(path.join(base.path, '2024-03-01T10'), { recursive: true });
    expect(await subdirectories.list(base.path)).toEqual(['2024-03-01T11']);
    expect(told.at(-1)).toEqual(['2024-03-01T11']);
  });
});
