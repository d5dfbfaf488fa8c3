import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blender } from './blenders.ts';
import { scenesFolder } from './scene-list.ts';

/** What a scene's script says of it: see scenes/scene_kit.py. Paths are relative to the scene's folder. */
export interface GroundTruth {
  readonly name: string;
  readonly project: string;
  readonly file: string;
  readonly needs: readonly string[];
  readonly leaves: readonly string[];
  /** Of `leaves`, what is needed when proxies are asked for. */
  readonly proxies?: readonly string[];
  readonly rewrites: readonly WantedRewrite[];
  /** More of them where names are UTF-8 only. */
  readonly utf8Rewrites?: readonly WantedRewrite[];
}

export interface WantedRewrite {
  readonly holder: string;
  readonly datablock: string;
  readonly stored: string;
}

/** What Blender saw in a .blend file: see scenes/look_at_blends.py. */
export interface Look {
  readonly problems: readonly string[];
  readonly seen: Readonly<Record<string, number>>;
  readonly found: readonly string[];
}

export interface BlendToSee {
  readonly file: string;
  readonly inside: string;
}

/** All scenes as one Blender made them. */
export interface SceneSet {
  /** A scene's folder. */
  path(name: string): string;
  /** Undefined: this Blender cannot make it. */
  truth(name: string): GroundTruth | undefined;
  readonly truths: readonly GroundTruth[];
  /** One start of Blender for all files. */
  lookAt(files: readonly BlendToSee[]): Promise<Look[]>;
  /** Takes the scenes away from where they were made. */
  moveAway(): Promise<void>;
}

/** Makes all scenes; `undefined` where the Blender is absent. */
export async function makeScenes(blender: Blender, folder: string): Promise<SceneSet | undefined> {
  const home = join(folder, 'scenes');
  await mkdir(home);
  const ran = await blender.run(join(scenesFolder, 'make_scenes.py'), home);
  if (ran === undefined) return undefined;
  if (ran.code !== 0) throw new Error(`make_scenes.py failed: ${ran.stdout.slice(-2000)}${ran.stderr.slice(-2000)}`);
  const { made } = (await readJson(join(home, 'scenes.json'))) as { made: string[] };
  const read = async (name: string): Promise<unknown> => await readJson(join(home, name, 'ground-truth.json'));
  const truths = (await Promise.all(made.map(read))) as GroundTruth[];
  return {
    truths,
    path: (name) => join(home, name),
    truth: (name) => truths.find((truth) => truth.name === name),
    lookAt: async (files) => await lookAt(blender, join(folder, 'jobs.json'), files),
    moveAway: async () => {
      await rename(home, join(folder, 'moved away'));
      if (existsSync(home)) throw new Error(`still there: ${home}`);
    },
  };
}

async function lookAt(blender: Blender, jobs: string, files: readonly BlendToSee[]): Promise<Look[]> {
  await writeFile(jobs, JSON.stringify(files));
  const ran = await blender.run(join(scenesFolder, 'look_at_blends.py'), jobs);
  if (ran?.code !== 0)
    throw new Error(`look_at_blends.py failed: ${ran?.stdout.slice(-2000)}${ran?.stderr.slice(-2000)}`);
  return (await readJson(jobs)) as Look[];
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8')) as unknown;
}
