import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@waybill/test-kit';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { packManifestSchema } from '../../src/report/pack-manifest.ts';
import { type PackReport, packReportSchema } from '../../src/report/pack-report.ts';
import { SAMPLE_PLACES, sampleProject, writeProject } from '../support/build-project.ts';
import { readTree } from '../support/read-tree.ts';
import { type JsonRun, runCli, runJson } from '../support/run-cli.ts';

let directory: TemporaryDirectory;
let blend: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  await writeProject(directory.path, sampleProject(directory.path));
  blend = join(directory.path, 'project/shot.blend');
});
afterEach(async () => {
  await directory[Symbol.asyncDispose]();
});

const at = (place: string): string => join(directory.path, place);
const packed = async (from: string, target: string, ...flags: string[]): Promise<JsonRun<PackReport>> =>
  (await runJson('pack', from, at(target), '--no-cache', ...flags)) as JsonRun<PackReport>;
const pack = (target: string, ...flags: string[]): Promise<JsonRun<PackReport>> => packed(blend, target, ...flags);

/** Places in a pack without those that depend on where the test runs. */
const shorten = (place: string): string => place.replace(/_outside_project\/.*\bwaybill-\w+/, '_outside_project');
const shortened = (places: readonly string[]): string[] => places.map(shorten).sort();

describe('packer pack', () => {
  it('packs a project with what lies outside, and every path in it leads to its file', async () => {
    const { code, result } = await pack('pack');
    expect(code).toBe(0);
    expect(packReportSchema.parse(result)).toEqual(result);
    expect(shortened(Object.keys(await readTree(at('pack'))))).toEqual(SAMPLE_PLACES);
    const rewrites = result.rewrites.map(({ path, newPath }) => [path, shorten(newPath)]);
    expect(rewrites).toEqual([
      ['//../project/textures/a.png', expect.stringMatching(/^\/\/(\.\.\/)+textures\/a\.png$/)],
      [`${directory.path}/project/textures/b.png`, '//textures/b.png'],
      ['//../shared/c.png', '//_outside_project/shared/c.png'],
      ['//../lib/lib.blend', '//_outside_project/lib/lib.blend'],
    ]);
    await rm(at('project'), { recursive: true });
    await rm(at('lib'), { recursive: true });
    await rm(at('shared'), { recursive: true });
    expect((await runJson('verify', at('pack'))).result).toMatchObject({ ok: true, totals: { files: 6 } });
    expect((await runJson('list', at('pack/shot.blend'))).code).toBe(0);
  });

  it('names the file to open, for people and for programs', async () => {
    await pack('pack');
    expect(await readFile(at('pack/pack-info.txt'), 'utf8')).toContain('\n    shot.blend\n');
    const manifest: unknown = JSON.parse(await readFile(at('pack/pack-manifest.json'), 'utf8'));
    expect(packManifestSchema.parse(manifest)).toMatchObject({ open: 'shot.blend', leftOut: [] });
  });

  it('gives the same bytes twice, and those again when a pack is packed', async () => {
    await pack('one');
    await pack('two');
    const first = await readTree(at('one'));
    expect(await readTree(at('two'))).toEqual(first);
    const again = await packed(at('one/shot.blend'), 'three');
    expect(again.result.rewrites).toEqual([]);
    expect(await readTree(at('three'))).toEqual(first);
    await pack('one.zip');
    await pack('two.zip');
    expect((await readFile(at('one.zip'))).equals(await readFile(at('two.zip')))).toBe(true);
  });

  it('keeps the folders of the project that is given', async () => {
    const { result } = await pack('pack', '--project', directory.path);
    expect(result.open).toBe('project/shot.blend');
    expect(result.files.map(({ path }) => path)).toContain('lib/tex/d.png');
    expect(result.rewrites.map(({ path }) => path)).toEqual([`${directory.path}/project/textures/b.png`]);
  });

  it('writes nothing with --noop, and says what it would write', async () => {
    const { code, result } = await pack('pack', '--noop');
    expect(code).toBe(0);
    expect(result).toMatchObject({ status: 'planned', totals: { files: 6, sentFiles: 0, rewrittenFiles: 2 } });
    await expect(readTree(at('pack'))).rejects.toThrow('ENOENT');
  });

  it('packs into a ZIP that verifies', async () => {
    const { result } = await pack('pack.zip');
    expect(result.files.every(({ sha256 }) => sha256 !== undefined)).toBe(true);
    expect((await runJson('verify', at('pack.zip'))).result).toMatchObject({ ok: true, totals: { files: 6 } });
  });

  it('leaves out what is excluded or absolute, and the pack says so', async () => {
    const { code, result } = await pack('pack', '--exclude', 'c.*', '--relative-only');
    expect(code).toBe(0);
    expect(result.leftOut.map(({ datablock, reason }) => [datablock, reason])).toEqual([
      ['IMb', 'absolute-path'],
      ['IMc', 'excluded'],
    ]);
    await rm(at('shared'), { recursive: true });
    const verified = await runJson('verify', at('pack'));
    expect(verified).toMatchObject({ code: 0, result: { ok: true, totals: { leftOut: 2 } } });
  });

  it('shows people the same', async () => {
    const { code, stdout, stderr } = await runCli(['pack', blend, at('pack'), '--no-cache']);
    expect(code).toBe(0);
    expect(stdout).toContain('//../shared/c.png -> //_outside_project/');
    expect(stdout).toMatch(/packed 6 files, .* open shot\.blend/);
    expect(stderr).toContain('packed');
  });

  it('compresses .blend files when that is asked for, and keeps it at that the next time', async () => {
    await pack('pack', '--compress');
    expect((await readFile(at('pack/shot.blend'))).readUInt32LE()).toBe(0xfd2fb528);
    expect((await runJson('verify', at('pack'))).result).toMatchObject({ ok: true });
    await packed(at('pack/shot.blend'), 'again', '--compress');
    expect(await readTree(at('again'))).toEqual(await readTree(at('pack')));
  });
});

describe('a missing file', () => {
  beforeEach(() => rm(at('lib/tex/d.png')));

  it('is named on standard error with what wants it and in the JSON, ends with 2, and nothing is written', async () => {
    const { code, result, stderr } = await pack('pack');
    expect(code).toBe(2);
    expect(result).toMatchObject({ status: 'incomplete', missing: [{ datablock: 'IMd', path: '//tex/d.png' }] });
    expect(stderr).toContain(`missing: //tex/d.png (Image.filepath of IMd in ${at('lib/lib.blend')})`);
    await expect(readTree(at('pack'))).rejects.toThrow('ENOENT');
    expect((await pack('pack', '--noop')).code).toBe(2);
    expect((await runJson('list', blend, '--no-cache')).code).toBe(2);
  });

  it('is all that is said: nothing was packed, not even 0 bytes, and no table of files hides it', async () => {
    const { stdout, stderr } = await runCli(['pack', blend, at('pack'), '--no-cache']);
    expect(stderr).toMatch(/^warning: missing: .*\nwarning: 1 reference leads to no file\n$/);
    expect(stdout).not.toContain('textures/a.png  ');
    expect(stdout).toContain('incomplete: 1 reference leads to no file; nothing was packed');
    expect((await runCli(['pack', blend, at('pack'), '--no-cache', '--noop'])).stdout).toContain('textures/a.png  ');
  });

  it('is no failure with --allow-missing, and the pack says so', async () => {
    const { code, result, stderr } = await pack('pack', '--allow-missing');
    expect(code).toBe(0);
    expect(result).toMatchObject({
      status: 'packed',
      missing: [{ datablock: 'IMd' }],
      leftOut: [{ reason: 'missing' }],
    });
    expect(stderr).toContain('missing: //tex/d.png');
    expect(await runJson('verify', at('pack'))).toMatchObject({ code: 0, result: { totals: { leftOut: 1 } } });
  });
});

describe('what is remembered', () => {
  it('is a convenience: where it cannot be written the pack is made, with a warning', async () => {
    // What was changed a moment ago is not remembered.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_000 });
    onTestFinished(() => void vi.useRealTimers());
    const state = join(blend, 'state');
    const { code, stderr } = await runCli(['pack', blend, at('pack'), '--state-dir', state]);
    expect(code).toBe(0);
    expect(stderr.match(/warning: nothing is remembered for the next run .*ENO(?:TDIR|ENT)/g)).toHaveLength(1);
    expect(await runCli(['verify', at('pack')])).toMatchObject({ code: 0 });
    const listed = await runCli(['list', blend, '--state-dir', state]);
    expect(listed).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing is remembered') as string });
  });
});

describe('wrong use', () => {
  it.each([
    [['pack', 'a.blend'], 64],
    [['pack', 'a.blend', 'ftp://host/x'], 64],
    [['pack', 'a.blend', 'x', '--no-such-flag'], 64],
    [['pack', 'no-such-file.blend', 'x', '--no-cache'], 1],
    [['list', 'no-such-file.blend', '--no-cache'], 1],
  ])('%j ends with %d', async (argv, code) => {
    expect((await runCli(argv)).code).toBe(code);
  });

  it('is a pack onto the project itself: nothing is changed', async () => {
    const before = await readTree(directory.path);
    const { code, stderr } = await pack('project');
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_PACK_TARGET_INVALID');
    expect(await readTree(directory.path)).toEqual(before);
  });

  it('is a project folder that the file does not lie in', async () => {
    await mkdir(at('elsewhere'));
    const { code, stderr } = await pack('pack', '--project', at('elsewhere'));
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_PROJECT_ROOT_INVALID');
  });
});
