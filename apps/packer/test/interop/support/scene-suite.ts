import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { skipWithout, temporaryDirectory } from '@waybill/test-kit';
import type { SkippableTest, TemporaryDirectory } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Blender } from './blenders.ts';
import { diskFiles } from './disk-files.ts';
import { packScenes } from './pack-scenes.ts';
import type { PackedScene } from './pack-scenes.ts';
import { listScenes } from './scene-list.ts';
import type { SceneName } from './scene-list.ts';
import { makeScenes } from './scene-set.ts';
import type { GroundTruth, Look, SceneSet } from './scene-set.ts';
import { traceFiles } from './trace-files.ts';
import { pathInPack } from '../../../src/verify/path-in-pack.ts';
import { readTree } from '../../support/read-tree.ts';
import { runCli } from '../../support/run-cli.ts';

interface Session {
  readonly set: SceneSet;
  readonly originals: ReadonlyMap<string, Look>;
  packs?: ReadonlyMap<string, PackedScene>;
}

/**
 * Everything that a project made by one Blender has to go through: its ground truth against the tracer's answer, and a pack
 * of it that the same Blender opens after the originals are gone.
 */
export function sceneSuite(blender: Blender): void {
  const scenes = listScenes(blender.version);
  let folder: TemporaryDirectory | undefined;
  let session: Session | undefined;

  beforeAll(async () => {
    folder = await temporaryDirectory();
    const set = await makeScenes(blender, folder.path);
    if (set !== undefined) session = { set, originals: await lookAtOriginals(set) };
  }, 300_000);

  afterAll(async () => {
    await folder?.[Symbol.asyncDispose]();
  });

  const open = (test: SkippableTest, { name }: SceneName): { truth: GroundTruth; path: string } & Session => {
    const found = session ?? skipWithout(test, blender.needed);
    return { ...found, truth: found.set.truth(name)!, path: found.set.path(name) };
  };

  describe(`projects of ${blender.name}, as they are`, () => {
    it.for(scenes)(
      '$name (point $point): Blender itself misses nothing, and each file has its place in the truth',
      async (scene, test) => {
        const { originals, truth, path } = open(test, scene);
        expect(originals.get(scene.name)?.problems).toEqual([]);
        const said = [...truth.needs, ...truth.leaves, 'ground-truth.json'];
        expect(said.sort()).toEqual(await diskFiles(path));
      },
    );

    it.for(scenes)('$name (point $point): the tracer finds what is needed, and nothing else', async (scene, test) => {
      const { truth, path } = open(test, scene);
      expect(await traceFiles(join(path, truth.file), path)).toEqual({ files: truth.needs, missing: [] });
      if (truth.proxies === undefined) return;
      const files = [...truth.needs, ...truth.proxies].sort();
      expect(await traceFiles(join(path, truth.file), path, { proxies: true })).toEqual({ files, missing: [] });
    });
  });

  describe(`packs of projects of ${blender.name}, opened after the originals are gone`, () => {
    beforeAll(async () => {
      if (session === undefined) return;
      session.packs = await packScenes(session.set, join(folder!.path, 'packs'));
    }, 300_000);

    const openPack = (test: SkippableTest, scene: SceneName): { pack: PackedScene } & ReturnType<typeof open> => {
      const opened = open(test, scene);
      return { ...opened, pack: opened.packs!.get(scene.name)! };
    };

    it.for(scenes)(
      '$name (point $point): has the files that are needed, and new paths where they are',
      (scene, test) => {
        const { pack, truth, path } = openPack(test, scene);
        expect(pack, pack.stderr).toMatchObject({ code: 0, report: { status: 'packed', missing: [], leftOut: [] } });
        expect(pack.report.files.map(({ source }) => source).sort()).toEqual(
          truth.needs.map((name) => join(path, name)),
        );
        const rewrites = pack.report.rewrites.map((each) => [basename(each.file), each.datablock, each.path].join(' '));
        const wanted = truth.rewrites.map((each) => [basename(each.holder), each.datablock, each.stored].join(' '));
        expect(rewrites.sort()).toEqual(wanted.sort());
      },
    );

    it.for(scenes)('$name (point $point): Blender misses nothing, and reads what it read before', (scene, test) => {
      const { pack, originals } = openPack(test, scene);
      const { problems, seen, found } = originals.get(scene.name)!;
      expect(pack.look).toMatchObject({ problems, seen });
      expect(pack.look?.found).toEqual(found);
    });

    it.for(scenes)(
      '$name (point $point): is proved by verify, and packs to the same bytes again',
      async (scene, test) => {
        const { pack } = openPack(test, scene);
        expect(await runCli(['verify', pack.folder])).toMatchObject({ code: 0 });
        const again = `${pack.folder} again`;
        const flags = ['--project', pack.folder, '--no-cache', '--durability', 'none'];
        const ran = await runCli(['pack', join(pack.folder, pack.report.open), again, ...flags]);
        expect(ran, ran.stderr).toMatchObject({ code: 0 });
        expect(await readTree(again)).toEqual(await readTree(pack.folder));
      },
    );

    it('are looked at such that the loss of a file of any of them is noticed', async (test) => {
      const { set, packs, originals } = session ?? skipWithout(test, blender.needed);
      const lossy = [...packs!.values()].filter(({ report }) => report.files.some(({ kind }) => kind === 'asset'));
      for (const { folder: path, report } of lossy)
        await rm(pathInPack(path, report.files.findLast(({ kind }) => kind === 'asset')!.path));
      const looks = await set.lookAt(lossy.map(({ file, folder: inside }) => ({ file, inside })));
      const unnoticed = lossy.filter(({ name }, index) => {
        const { problems, found } = looks[index]!;
        return problems.length === 0 && JSON.stringify(found) === JSON.stringify(originals.get(name)?.found);
      });
      expect(unnoticed.map(({ name }) => name)).toEqual([]);
    });
  });
}

async function lookAtOriginals(set: SceneSet): Promise<Map<string, Look>> {
  const files = set.truths.map(({ name, file }) => ({ file: join(set.path(name), file), inside: set.path(name) }));
  const looks = await set.lookAt(files);
  return new Map(set.truths.map(({ name }, index) => [name, looks[index]!]));
}
