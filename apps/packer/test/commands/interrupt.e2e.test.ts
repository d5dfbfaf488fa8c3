import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnChild, temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { buildBlend } from '../support/build-project.ts';
import { readTree } from '../support/read-tree.ts';
import { noise } from '../support/target-harness.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);
const FILES = 40;

describe('Ctrl-C', () => {
  it.each(['pack', 'pack.zip'])('ends a pack into %s with 130 and without half a file', async (name) => {
    await using directory = await temporaryDirectory();
    const at = (place: string): string => join(directory.path, place);
    await mkdir(at('project'));
    const images: Record<string, string> = {};
    for (let number = 0; number < FILES; number += 1) {
      images[`i${number}`] = `//${number}.png`;
      await writeFile(at(`project/${number}.png`), noise(String(number), 4_000_000));
    }
    await writeFile(at('project/shot.blend'), buildBlend({ images }));
    await mkdir(at('out'));
    await using child = await spawnChild(MAIN, [
      'pack',
      at('project/shot.blend'),
      at(`out/${name}`),
      '--no-cache',
      '--quiet',
    ]);
    // Temp files count: it has begun.
    await waitFor(async () => (await readdir(at('out'), { recursive: true })).length > 0, { intervalMs: 2 });
    child.kill('SIGINT');
    const { code, stdout, stderr } = await child.exited;
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: '' });
    const tree = await readTree(at('out'));
    const source = await readTree(at('project'));
    expect(Object.keys(tree).filter((path) => /temp|manifest|\.zip$/.test(path))).toEqual([]);
    for (const [path, digest] of Object.entries(tree))
      expect([path, digest]).toEqual([path, source[path.slice('pack/'.length)]]);
    expect(Object.keys(tree).length).toBeLessThan(FILES);
  });
});
