import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { skipWithout, temporaryDirectory, tierCount } from '@waybill/test-kit';
import type { SkippableTest, TemporaryDirectory } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Blender } from './blenders.ts';
import { type Carrier, type CarrierKind, carriers } from './carriers.ts';
import { diskFiles } from './disk-files.ts';
import { type MadePack, openPacks, type PackedScene, packScenes } from './pack-scenes.ts';
import { listScenes } from './scene-list.ts';
import type { SceneName } from './scene-list.ts';
import { makeScenes } from './scene-set.ts';
import type { GroundTruth, Look, SceneSet } from './scene-set.ts';
import { traceFiles } from './trace-files.ts';
import { MANIFEST_PLACE } from '../../../src/plan/assign-places.ts';
import { pathInPack } from '../../../src/verify/path-in-pack.ts';
import { readTree } from '../../support/read-tree.ts';
import { runCli } from '../../support/run-cli.ts';

const TRAVEL_MS = tierCount({ push: 900_000, nightly: 1_800_000 });

interface Session {
  readonly set: SceneSet;
  readonly originals: ReadonlyMap<string, Look>;
}

/** Which packs of the scenes travel how. */
export interface Travel {
  readonly kind: CarrierKind;
  readonly scenes: readonly SceneName[];
}

interface OpenTravel {
  readonly carrier: Carrier;
  readonly packs: ReadonlyMap<string, PackedScene>;
}

/**
 * Everything that a project made by one Blender has to go through: its ground truth against the tracer's answer, and packs
 * of it that the same Blender opens after the originals are gone.
 * @param others How packs of some scenes travel beside folders, which all scenes have.
 */
export function sceneSuite(
  blender: Blender,
  others: (scenes: readonly SceneName[]) => readonly Travel[] = () => [],
): void {
  const scenes = listScenes(blender.version);
  const travels: readonly Travel[] = [{ kind: carriers.folder, scenes }, ...others(scenes)];
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
    const opened = new Map<CarrierKind, OpenTravel>();

    beforeAll(async () => {
      if (session !== undefined) await travelAll(session.set, travels, opened, join(folder!.path, 'packs'));
    }, TRAVEL_MS);

    afterAll(async () => {
      for (const { carrier } of opened.values()) await carrier[Symbol.asyncDispose]();
    });

    describe.each(travels)('as $kind.name', ({ kind, scenes: travelling }) => {
      const openPack = (test: SkippableTest, scene: SceneName): { pack: PackedScene } & ReturnType<typeof open> => {
        const found = open(test, scene);
        const { packs } = opened.get(kind) ?? skipWithout(test, kind.needed);
        return { ...found, pack: packs.get(scene.name)! };
      };

      it.for(travelling)(
        '$name (point $point): has the files that are needed, and new paths where they are',
        (scene, test) => {
          const { pack, truth, path } = openPack(test, scene);
          expect(pack, pack.stderr).toMatchObject({ code: 0, report: { status: 'packed', missing: [], leftOut: [] } });
          expect(pack.report.files.map(({ source }) => source).sort()).toEqual(
            truth.needs.map((name) => join(path, name)),
          );
          const rewrites = pack.report.rewrites.map((each) =>
            [basename(each.file), each.datablock, each.path].join(' '),
          );
          const wanted = kind.names === 'utf8' ? [...truth.rewrites, ...(truth.utf8Rewrites ?? [])] : truth.rewrites;
          expect(rewrites.sort()).toEqual(
            wanted.map((each) => [basename(each.holder), each.datablock, each.stored].join(' ')).sort(),
          );
        },
      );

      it.for(travelling)(
        '$name (point $point): Blender misses nothing, and reads what it read before',
        (scene, test) => {
          const { pack, originals } = openPack(test, scene);
          const { problems, seen, found } = originals.get(scene.name)!;
          expect(pack.look).toMatchObject({ problems, seen });
          expect(pack.look?.found).toEqual(found);
        },
      );

      it.for(travelling)(
        '$name (point $point): is proved by verify, and packs to the same bytes again',
        async (scene, test) => {
          const { pack } = openPack(test, scene);
          const local = existsSync(pack.target) ? [pack.target, pack.folder] : [pack.folder];
          for (const each of new Set(local)) expect(await runCli(['verify', each])).toMatchObject({ code: 0 });
          const again = `${pack.folder} again`;
          const flags = ['--project', pack.folder, '--no-cache', '--durability', 'none'];
          const ran = await runCli(['pack', join(pack.folder, pack.report.open), again, ...flags]);
          expect(ran, ran.stderr).toMatchObject({ code: 0 });
          expect(await contentsOf(again, kind)).toEqual(await contentsOf(pack.folder, kind));
        },
      );
    });

    it('are looked at such that the loss of a file of any of them is noticed', async (test) => {
      const { set, originals } = session ?? skipWithout(test, blender.needed);
      const lossy = [...opened.get(carriers.folder)!.packs.values()].filter(({ report }) =>
        report.files.some(({ kind }) => kind === 'asset'),
      );
      for (const { folder: path, report } of lossy)
        await rm(pathInPack(path, report.files.findLast(({ kind }) => kind === 'asset')!.path));
      const looks = await set.lookAt(
        lossy.map(({ folder: inside, report }) => ({ file: join(inside, report.open), inside })),
      );
      const unnoticed = lossy.filter(({ name }, index) => {
        const { problems, found } = looks[index]!;
        return problems.length === 0 && JSON.stringify(found) === JSON.stringify(originals.get(name)?.found);
      });
      expect(unnoticed.map(({ name }) => name)).toEqual([]);
    });
  });
}

/** The manifest says what was hashed on the way: of a folder nothing. */
async function contentsOf(pack: string, kind: CarrierKind): Promise<Record<string, string>> {
  const { [MANIFEST_PLACE]: manifest = '', ...files } = await readTree(pack);
  return kind === carriers.folder ? { ...files, manifest } : files;
}

/** Packs everything, takes the originals away, and only then makes folders of the packs and opens them. */
async function travelAll(
  set: SceneSet,
  travels: readonly Travel[],
  opened: Map<CarrierKind, OpenTravel>,
  folder: string,
): Promise<void> {
  const made: { kind: CarrierKind; carrier: Carrier; packs: MadePack[] }[] = [];
  for (const [index, { kind, scenes }] of travels.entries()) {
    const home = join(folder, String(index));
    await mkdir(home, { recursive: true });
    const carrier = await kind.open(home);
    if (carrier === undefined) continue;
    opened.set(kind, { carrier, packs: new Map() });
    const truths = scenes.map(({ name }) => set.truth(name)!);
    made.push({ kind, carrier, packs: await packScenes(set, truths, carrier) });
  }
  await set.moveAway();
  for (const { kind, carrier, packs } of made)
    opened.set(kind, { carrier, packs: await openPacks(set, packs, carrier) });
}

async function lookAtOriginals(set: SceneSet): Promise<Map<string, Look>> {
  const files = set.truths.map(({ name, file }) => ({ file: join(set.path(name), file), inside: set.path(name) }));
  const looks = await set.lookAt(files);
  return new Map(set.truths.map(({ name }, index) => [name, looks[index]!]));
}
