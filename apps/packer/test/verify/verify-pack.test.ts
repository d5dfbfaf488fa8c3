import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@waybill/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execute, openTarget, PackInvalidError, plan, trace, verifyPack, verifyReportSchema } from '../../src/index.ts';
import { sampleProject, writeProject } from '../support/build-project.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory();
  await writeProject(directory.path, sampleProject(directory.path));
});
afterEach(async () => {
  await directory[Symbol.asyncDispose]();
});

const at = (place: string): string => join(directory.path, place);

async function pack(target: string): Promise<void> {
  const blend = at('project/shot.blend');
  await execute(await plan(blend, trace(blend)), await openTarget(at(target), { durability: 'none' }));
}

describe('verifyPack', () => {
  it.each(['s3://host/bucket/shot', 'shaman+http://farm:8080/#shot'])(
    'says of a pack that is elsewhere that it has to be fetched first: %s',
    async (pack) => {
      await expect(verifyPack(pack)).rejects.toThrow(PackInvalidError);
      await expect(verifyPack(pack)).rejects.toThrow('fetch it first');
    },
  );

  it('says of a whole pack that it is whole', async () => {
    await pack('pack');
    const report = await verifyPack(at('pack'));
    expect(verifyReportSchema.parse(report)).toEqual(report);
    expect(report).toMatchObject({ ok: true, open: 'shot.blend', hasManifest: true, totals: { files: 6, usages: 6 } });
  });

  it('finds a file that is gone, with the path that leads to it', async () => {
    await pack('pack');
    await rm(at('pack/textures/a.png'));
    const { ok, badFiles, brokenUsages } = await verifyPack(at('pack'));
    expect(ok).toBe(false);
    expect(badFiles).toEqual([{ path: 'textures/a.png', problem: 'missing' }]);
    expect(brokenUsages.map(({ datablock, problem }) => [datablock, problem])).toEqual([
      ['IMe', 'missing'],
      ['IMa', 'missing'],
    ]);
  });

  it('finds a file of another length, and with digests one of another content', async () => {
    await pack('pack.zip');
    await pack('pack');
    await truncate(at('pack/textures/a.png'), 10);
    expect((await verifyPack(at('pack'))).badFiles).toEqual([{ path: 'textures/a.png', problem: 'size' }]);
    const manifest = JSON.parse(await readFile(at('pack/pack-manifest.json'), 'utf8')) as { files: object[] };
    manifest.files = [{ path: 'textures/a.png', kind: 'asset', sizeBytes: 10, sha256: '0'.repeat(64) }];
    await writeFile(at('pack/pack-manifest.json'), JSON.stringify(manifest));
    expect((await verifyPack(at('pack'))).ok).toBe(true);
    const { badFiles } = await verifyPack(at('pack'), { digests: true });
    expect(badFiles).toEqual([{ path: 'textures/a.png', problem: 'content' }]);
  });

  it('finds paths that lead out of the folder, or that would not move with it', async () => {
    const { brokenUsages, hasManifest } = await verifyPack(at('project/shot.blend'));
    expect(hasManifest).toBe(false);
    expect(brokenUsages.map(({ path, problem }) => [path.replace(directory.path, ''), problem])).toContainEqual([
      '/project/textures/b.png',
      'absolute',
    ]);
    expect(brokenUsages).toContainEqual(expect.objectContaining({ path: '//../shared/c.png', problem: 'outside' }));
  });

  it('does not ask for what a library needs that was left out', async () => {
    const images = { d: '//tex/d.png', e: '//../project/textures/a.png' };
    await writeProject(directory.path, {
      'project/shot.blend': { libraries: { lib: { path: at('lib/lib.blend'), images: Object.keys(images) } } },
    });
    const blend = at('project/shot.blend');
    const relative = await plan(blend, trace(blend), { relativeOnly: true });
    expect(relative.files.map(({ place }) => place)).toEqual(['shot.blend']);
    await execute(relative, await openTarget(at('pack'), { durability: 'none' }));
    expect(await verifyPack(at('pack'))).toMatchObject({ ok: true, totals: { usages: 1, leftOut: 1 } });
  });

  it('finds a flipped bit in any file of a ZIP', async () => {
    await pack('pack.zip');
    const zip = await readFile(at('pack.zip'));
    // b.png is stored, not deflated: 300,000 bytes that are most of the file.
    zip.writeUInt8(zip.readUInt8(zip.length - 100_000) ^ 1, zip.length - 100_000);
    await writeFile(at('pack.zip'), zip);
    const { ok, badFiles } = await verifyPack(at('pack.zip'));
    expect(ok).toBe(false);
    expect(badFiles).toEqual([{ path: 'textures/b.png', problem: 'content' }]);
  });

  it('refuses what is no pack, and a manifest that leads out of it', async () => {
    await expect(verifyPack(at('shared'))).rejects.toThrow(PackInvalidError);
    await writeFile(at('no.zip'), 'this is no ZIP file, but it is long enough to be one');
    await expect(verifyPack(at('no.zip'))).rejects.toThrow(PackInvalidError);
    const manifest = { format: 'waybill-pack', version: 1, open: '../lib/lib.blend', files: [], leftOut: [] };
    await writeFile(at('shared/pack-manifest.json'), JSON.stringify(manifest));
    await expect(verifyPack(at('shared'))).rejects.toThrow(/\.\.\/lib/);
    await writeFile(at('shared/pack-manifest.json'), '{}');
    await expect(verifyPack(at('shared'))).rejects.toThrow(PackInvalidError);
  });
});
