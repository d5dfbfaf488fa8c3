import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPathProblem } from '@waybill/shaman-protocol';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { buildBlend } from '../support/build-project.ts';
import { readTree } from '../support/read-tree.ts';
import { runJson } from '../support/run-cli.ts';

/** Latin-1: each character is one byte on disk. */
const NAMES = [
  'gr\xfcn.png',
  'line\nbreak.png',
  'con.png',
  'dot.',
  'Case.png',
  'case.png',
  'a [b] *.png',
  '%FC.png',
  `${'\xfc'.repeat(120)}.png`,
  'back\\slash.png',
];

describe('names that some system cannot have', () => {
  it.skipIf(process.platform !== 'linux')('are packed under others, and every path leads there', async () => {
    await using directory = await temporaryDirectory();
    const project = join(directory.path, 'project');
    await mkdir(project);
    // Blender takes a backslash for a separator: such a name cannot be referred to.
    const usable = NAMES.filter((name) => !name.includes('\\'));
    for (const name of NAMES) await writeFile(Buffer.from(`${project}/${name}`, 'latin1'), name);
    const images = Object.fromEntries(usable.map((name, index) => [`i${index}`, `//${name}`]));
    await writeFile(join(project, 'shot.blend'), buildBlend({ images }));
    const argv = [join(project, 'shot.blend'), '--no-cache'];
    expect((await runJson('pack', ...argv, join(directory.path, 'pack'), '--utf8-names')).code).toBe(0);
    expect((await runJson('pack', ...argv, join(directory.path, 'pack.zip'))).code).toBe(0);
    await rm(project, { recursive: true });
    const places = Object.keys(await readTree(join(directory.path, 'pack')));
    expect(places).toHaveLength(usable.length + 3);
    expect(places.map(findPathProblem).filter((problem) => problem !== undefined)).toEqual([]);
    expect(new Set(places.map((place) => place.toLowerCase())).size).toBe(places.length);
    for (const pack of ['pack', 'pack.zip']) {
      const { result } = await runJson('verify', join(directory.path, pack));
      expect(result).toMatchObject({ ok: true, totals: { usages: usable.length, files: usable.length + 1 } });
    }
  });
});
