import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { runJson } from '../support/run-cli.ts';
import { writeProject } from '../support/build-project.ts';
import { traced } from './support/blends.ts';

const { raw } = String;
const IMAGES = {
  below: raw`//tex\a.png`,
  mixed: raw`//tex\sub/..\a.png`,
  above: raw`//..\shared\b.png`,
  drive: raw`Q:\Nowhere\c.png`,
  slashed: 'q:/nowhere/d.png',
  share: raw`\\nowhere\share\tex\e.png`,
};

describe.skipIf(process.platform === 'win32')('a file that was saved on Windows', () => {
  it('leads to the files of a project that lies elsewhere now, and to drives and shares by their names', async () => {
    await using directory = await temporaryDirectory();
    const [project, shared] = [join(directory.path, 'project'), join(directory.path, 'shared')];
    await writeProject(project, { 'shot.blend': { images: IMAGES }, 'tex/a.png': 'a', '../shared/b.png': 'b' });
    const usages = await traced(join(project, 'shot.blend'));
    expect(
      Object.fromEntries(
        usages.map(({ datablock, absolute, files }) => [datablock.name, [String(absolute), files.length]]),
      ),
    ).toEqual({
      IMbelow: [join(project, 'tex/a.png'), 1],
      IMmixed: [join(project, 'tex/a.png'), 1],
      IMabove: [join(shared, 'b.png'), 1],
      IMdrive: ['Q:/Nowhere/c.png', 0],
      IMslashed: ['q:/nowhere/d.png', 0],
      IMshare: ['//nowhere/share/tex/e.png', 0],
    });
  });

  it('is packed with paths that lead to the files in the pack; what lay on drives is named as missing', async () => {
    await using directory = await temporaryDirectory();
    const project = join(directory.path, 'project');
    await writeProject(project, { 'shot.blend': { images: IMAGES }, 'tex/a.png': 'a', '../shared/b.png': 'b' });
    const argv = [join(project, 'shot.blend'), join(directory.path, 'pack'), '--no-cache'];
    const refused = await runJson('pack', ...argv);
    expect(refused).toMatchObject({ code: 2, result: { status: 'incomplete' } });
    const { missing } = refused.result as { missing: readonly { path: string }[] };
    expect(missing.map(({ path }) => path).sort()).toEqual([IMAGES.drive, IMAGES.share, IMAGES.slashed].sort());
    expect((await runJson('pack', ...argv, '--allow-missing')).code).toBe(0);
    const { result } = await runJson('verify', join(directory.path, 'pack'));
    expect(result).toMatchObject({ ok: true, totals: { files: 3 } });
  });
});
