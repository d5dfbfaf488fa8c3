import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { execute, openTarget, PackTargetInvalidError, plan, trace } from '../../src/index.ts';
import { buildBlend } from '../support/build-project.ts';
import { readTree } from '../support/read-tree.ts';
import { runJson } from '../support/run-cli.ts';

/** Latin-1: each character is one byte on disk. */
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/**
 *     project/shot.blend        -> \xff.png, gr\xfcn/a.png, by an absolute path gr\xfcn/large.png, ../l\xedb/l\xedb.blend
 *     l\xedb/l\xedb.blend       -> n\xf6te.png beside it
 */
async function makeProject(folder: string): Promise<string> {
  const at = (name: string): Buffer => bytes(`${folder}/${name}`);
  for (const name of ['project/gr\xfcn', 'l\xedb']) await mkdir(at(name), { recursive: true });
  await writeFile(at('project/\xff.png'), 'one byte');
  await writeFile(at('project/gr\xfcn/a.png'), 'in a folder');
  await writeFile(at('project/gr\xfcn/large.png'), Buffer.alloc(300_000, 'large'));
  await writeFile(at('l\xedb/n\xf6te.png'), 'outside');
  await writeFile(at('l\xedb/l\xedb.blend'), buildBlend({ images: { note: '//n\xf6te.png' } }));
  const images = { one: '//\xff.png', a: '//gr\xfcn\\a.png', large: `${folder}/project/gr\xfcn/large.png` };
  const libraries = { lib: { path: '//../l\xedb/l\xedb.blend', images: ['note'] } };
  await writeFile(at('project/shot.blend'), buildBlend({ images, libraries }));
  return join(folder, 'project/shot.blend');
}

const OUTSIDE = String.raw`_outside_project`;

describe.skipIf(process.platform !== 'linux')('names that are no UTF-8', () => {
  it('stay as they are in a folder, and of the paths to them only those change that lead elsewhere', async () => {
    await using directory = await temporaryDirectory();
    const blend = await makeProject(directory.path);
    const at = (name: string): string => join(directory.path, name);
    const { code, result } = await runJson('pack', blend, at('pack'), '--no-cache');
    expect(code).toBe(0);
    const original = await readTree(directory.path);
    await rm(at('project'), { recursive: true });
    await rm(bytes(at('l\xedb')), { recursive: true });

    const outside = `${OUTSIDE}${directory.path}/l\\xedb`;
    expect(Object.keys(await readTree(at('pack')))).toEqual([
      `${outside}/l\\xedb.blend`,
      `${outside}/n\\xf6te.png`,
      ...['gr\\xfcn/a.png', 'gr\\xfcn/large.png'],
      ...['pack-info.txt', 'pack-manifest.json', 'shot.blend', '\\xff.png'],
    ]);
    const packed = await readTree(at('pack'));
    expect(packed['gr\\xfcn/large.png']).toBe(original['project/gr\\xfcn/large.png']);
    expect(packed[`${outside}/l\\xedb.blend`]).toBe(original['l\\xedb/l\\xedb.blend']);
    const { rewrites } = result as { rewrites: { datablock: string; newPath: string }[] };
    expect(rewrites.map(({ datablock, newPath }) => [datablock, newPath])).toEqual([
      ['IMlarge', '//gr\\xfcn/large.png'],
      ['LIlib', `//${outside}/l\\xedb.blend`],
    ]);
    const shot = await readFile(at('pack/shot.blend'));
    expect(shot.includes(bytes('//\xff.png\0'))).toBe(true);
    expect(shot.includes(bytes('//gr\xfcn/large.png\0'))).toBe(true);
    expect((await runJson('verify', at('pack'), '--digests')).result).toMatchObject({
      ok: true,
      totals: { usages: 5, files: 6 },
    });
  });

  it('stay when a pack is packed again, byte for byte, with every durability', async () => {
    await using directory = await temporaryDirectory();
    const blend = await makeProject(directory.path);
    const at = (name: string): string => join(directory.path, name);
    expect((await runJson('pack', blend, at('first'), '--no-cache')).code).toBe(0);
    for (const durability of ['full', 'file', 'none']) {
      const flags = ['--no-cache', '--durability', durability];
      expect((await runJson('pack', at('first/shot.blend'), at(durability), ...flags)).code).toBe(0);
      expect(await readTree(at(durability))).toEqual(await readTree(at('first')));
    }
    // Onto itself, nothing: that would be the project.
    const onto = await runJson('pack', at('first/shot.blend'), at('first'), '--no-cache');
    expect([onto.code, onto.stderr]).toEqual([1, expect.stringMatching(/is a file of the project itself/)]);
  });

  it.each(['pack.zip', 'pack'])('are escaped in %s, where the target knows UTF-8 only, or is said to', async (name) => {
    await using directory = await temporaryDirectory();
    const blend = await makeProject(directory.path);
    const at = (path: string): string => join(directory.path, path);
    const flags = name === 'pack' ? ['--utf8-names'] : [];
    const { code, result } = await runJson('pack', blend, at(name), '--no-cache', ...flags);
    expect(code).toBe(0);
    await rm(at('project'), { recursive: true });
    await rm(bytes(at('l\xedb')), { recursive: true });
    const { files } = result as { files: { path: string }[] };
    const outside = `${OUTSIDE}${directory.path}/l%EDb`;
    expect(files.map(({ path }) => path)).toEqual([
      ...['%FF.png', `${outside}/l%EDb.blend`, `${outside}/n%F6te.png`],
      ...['gr%FCn/a.png', 'gr%FCn/large.png', 'shot.blend'],
    ]);
    expect((await runJson('verify', at(name))).result).toMatchObject({ ok: true, totals: { usages: 5, files: 6 } });
  });

  it('are refused by a target that cannot have them, before anything is written', async () => {
    await using directory = await temporaryDirectory();
    const blend = await makeProject(directory.path);
    const planned = await plan(blend, trace(blend), { names: 'bytes' });
    const target = await openTarget(join(directory.path, 'pack.zip'));
    await expect(execute(planned, target)).rejects.toThrow(PackTargetInvalidError);
    expect((await readdir(directory.path)).filter((name) => name.startsWith('pack'))).toEqual([]);
  });

  it('leave no temp file where a folder is in the way of one', async () => {
    await using directory = await temporaryDirectory();
    const blend = await makeProject(directory.path);
    const folder = join(directory.path, 'pack');
    await mkdir(bytes(`${folder}/gr\xfcn/large.png/in the way`), { recursive: true });
    const { code, stderr } = await runJson('pack', blend, folder, '--no-cache');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/EISDIR|ENOTEMPTY/)]);
    expect(Object.keys(await readTree(folder)).filter((name) => /temp$|manifest/.test(name))).toEqual([]);
  });

  it('leave nothing behind when a pack is broken off', async () => {
    await using directory = await temporaryDirectory();
    const blend = await makeProject(directory.path);
    const folder = join(directory.path, 'pack');
    const controller = new AbortController();
    const fileStarted = (place: string): void => {
      if (place.endsWith('large.png')) controller.abort(new Error('enough'));
    };
    const target = await openTarget(folder);
    const planned = await plan(blend, trace(blend), { names: 'bytes' });
    const options = { callbacks: { fileStarted }, concurrency: 1, signal: controller.signal };
    await expect(execute(planned, target, options)).rejects.toThrow('enough');
    const left = Object.keys(await readTree(folder));
    expect(left.filter((name) => /temp|large|manifest/.test(name))).toEqual([]);
  });
});
