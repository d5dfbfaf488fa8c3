import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@waybill/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Listing, listingSchema } from '../../src/report/listing.ts';
import { sampleProject, writeProject } from '../support/build-project.ts';
import { type JsonRun, runCli, runJson } from '../support/run-cli.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory();
  await writeProject(directory.path, sampleProject(directory.path));
});
afterEach(async () => {
  await directory[Symbol.asyncDispose]();
});

const at = (place: string): string => join(directory.path, place);

describe('packer list', () => {
  it('shows everything that a file needs as a tree', async () => {
    const { code, stdout } = await runCli(['list', at('project/shot.blend'), '--no-cache']);
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(at('project/shot.blend'));
    expect(lines).toContain('  //textures/a.png  (IMa, Image.filepath)  20.0 kB');
    expect(lines).toContain('    //tex/d.png  (IMd, Image.filepath)  2.0 kB');
    expect(lines.at(-2)).toMatch(/^5 files, /);
  });

  it('is JSON for programs', async () => {
    const { result } = (await runJson('list', at('project/shot.blend'), '--no-cache')) as JsonRun<Listing>;
    expect(listingSchema.parse(result)).toEqual(result);
    expect(result.totals).toMatchObject({ usages: 6, files: 5, missing: 0 });
  });
});

describe('packer blocks', () => {
  it('shows what takes the room, the largest kind first', async () => {
    const { result } = (await runJson('blocks', at('lib/lib.blend'))) as JsonRun<{ kinds: { code: string }[] }>;
    expect(result).toMatchObject({ compression: 'zstd', kinds: [{ code: 'TEST', blocks: 1 }, {}, {}, {}] });
    expect(result.kinds.map(({ code }) => code).sort()).toEqual(['DNA1', 'ENDB', 'IM', 'TEST']);
    const { stdout } = await runCli(['blocks', at('lib/lib.blend')]);
    expect(stdout).toMatch(/^kind +datablocks +blocks +size +part\nTEST/);
  });
});

describe('packer diff', () => {
  interface Diff {
    same: boolean;
    differences: { what: string; name: string; left: string | null; right: string | null }[];
  }

  it('ends with 0 where two files are the same, and with 3 where they differ', async () => {
    const blend = at('project/shot.blend');
    expect(await runJson('diff', blend, blend)).toMatchObject({ code: 0, result: { same: true } });
    await writeProject(directory.path, { 'project/new.blend': { images: { a: '//textures/b.png' } } });
    const { code, result } = (await runJson('diff', blend, at('project/new.blend'))) as JsonRun<Diff>;
    expect(code).toBe(3);
    expect(result.differences).toContainEqual({
      ...{ what: 'path', name: 'IMa Image.filepath' },
      ...{ left: '//textures/a.png', right: '//textures/b.png' },
    });
    expect(result.differences).toContainEqual(
      expect.objectContaining({ what: 'datablock', name: 'LIlib', right: null }),
    );
  });

  it('compares packs by their files', async () => {
    await runCli(['pack', at('project/shot.blend'), at('one'), '--no-cache']);
    await runCli(['pack', at('project/shot.blend'), at('two.zip'), '--no-cache', '--exclude', 'c.png']);
    const { code, stdout } = await runCli(['diff', at('one'), at('two.zip')]);
    expect(code).toBe(3);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stdout).toMatch(/^- file {2}_outside_project\/.*\/shared\/c\.png {2}1000 bytes$/m);
    expect(stdout).toMatch(/^\+ left out .* excluded$/m);
    expect((await runCli(['diff', at('one'), at('project/shot.blend')])).code).toBe(64);
  });
});

describe('packer --help', () => {
  it('has examples and the exit codes of this program', async () => {
    const { code, stdout } = await runCli(['pack', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('waybill-packer pack shot.blend /media/usb/shot');
    expect(stdout).toMatch(/^ +2 {2}files are missing/m);
    expect(stdout).toMatch(/^ +64 {2}wrong use/m);
  });
});
