import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackReport } from '../../../src/report/pack-report.ts';
import { runPacker } from './run-packer.ts';
import type { GroundTruth, Look, SceneSet } from './scene-set.ts';

export interface PackedScene {
  readonly name: string;
  readonly code: number | null;
  readonly stderr: string;
  readonly report: PackReport;
  readonly folder: string;
  /** The file to open. */
  readonly file: string;
  /** Undefined where there is no pack. */
  readonly look: Look | undefined;
}

/** Processes at a time: the machines of CI have two cores. */
const AT_A_TIME = 2;

/** Packs each scene with the program, takes the originals away, and lets Blender open the packs. */
export async function packScenes(set: SceneSet, folder: string): Promise<ReadonlyMap<string, PackedScene>> {
  await mkdir(folder);
  const waiting = [...set.truths];
  const packs: Omit<PackedScene, 'look'>[] = [];
  const work = async (): Promise<void> => {
    for (let truth = waiting.shift(); truth !== undefined; truth = waiting.shift())
      packs.push(await packScene(set.path(truth.name), truth, folder));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  await set.moveAway();
  const good = packs.filter(({ code }) => code === 0);
  const looks = await set.lookAt(good.map(({ file, folder: inside }) => ({ file, inside })));
  return new Map(packs.map((pack) => [pack.name, { ...pack, look: looks[good.indexOf(pack)] }]));
}

async function packScene(path: string, truth: GroundTruth, folder: string): Promise<Omit<PackedScene, 'look'>> {
  const target = join(folder, truth.name);
  const flags = ['--project', join(path, truth.project), '--durability', 'none', '--no-cache', '--json'];
  const { code, stdout, stderr } = await runPacker(['pack', join(path, truth.file), target, ...flags]);
  const report = JSON.parse(stdout === '' ? 'null' : stdout) as PackReport;
  return { name: truth.name, code, stderr, report, folder: target, file: join(target, code === 0 ? report.open : '') };
}
