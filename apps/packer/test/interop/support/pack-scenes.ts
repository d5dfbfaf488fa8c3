import { join } from 'node:path';
import type { PackReport } from '../../../src/report/pack-report.ts';
import type { Carrier } from './carriers.ts';
import { runPacker } from './run-packer.ts';
import type { GroundTruth, Look, SceneSet } from './scene-set.ts';

export interface PackedScene {
  readonly name: string;
  readonly code: number | null;
  readonly stderr: string;
  readonly report: PackReport;
  /** As it was given to the program. */
  readonly target: string;
  /** The pack as a folder; empty where there is none. */
  readonly folder: string;
  /** Undefined where there is no pack. */
  readonly look: Look | undefined;
}

export type MadePack = Omit<PackedScene, 'folder' | 'look'>;

/** Processes at a time: the machines of CI have two cores. */
const AT_A_TIME = 2;

/** Packs scenes with the program. */
export async function packScenes(
  set: SceneSet,
  truths: readonly GroundTruth[],
  { target, env }: Carrier,
): Promise<MadePack[]> {
  const waiting = [...truths];
  const packs: MadePack[] = [];
  const work = async (): Promise<void> => {
    for (let truth = waiting.shift(); truth !== undefined; truth = waiting.shift())
      packs.push(await packScene(set.path(truth.name), truth, target(truth.name), env));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return packs;
}

async function packScene(path: string, truth: GroundTruth, target: string, env: NodeJS.ProcessEnv): Promise<MadePack> {
  const flags = ['--project', join(path, truth.project), '--durability', 'none', '--no-cache', '--json'];
  const { code, stdout, stderr } = await runPacker(['pack', join(path, truth.file), target, ...flags], env);
  const report = JSON.parse(stdout === '' ? 'null' : stdout) as PackReport;
  return { name: truth.name, code, stderr, report, target };
}

/** Makes folders of packs, and lets Blender open them: when the originals are no longer where they were. */
export async function openPacks(
  set: SceneSet,
  packs: readonly MadePack[],
  carrier: Carrier,
): Promise<ReadonlyMap<string, PackedScene>> {
  const good = packs.filter(({ code }) => code === 0);
  const folders = new Map<string, string>();
  for (const { name } of good) folders.set(name, await carrier.unpack(name));
  const folderOf = ({ name }: MadePack): string => folders.get(name) ?? '';
  const looks = await set.lookAt(
    good.map((pack) => ({ file: join(folderOf(pack), pack.report.open), inside: folderOf(pack) })),
  );
  return new Map(
    packs.map((pack) => [pack.name, { ...pack, folder: folderOf(pack), look: looks[good.indexOf(pack)] }]),
  );
}
