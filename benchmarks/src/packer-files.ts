import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { openBenchFolder } from './bench-folder.ts';
import { script } from './paths.ts';

/** What `packer/make-projects.py` makes; its first lines say what each is. */
export type ProjectKind = 'tiny' | 'big' | 'noise' | 'textures' | 'files';

/** Where the .blend files are, by what they are measured for. */
export interface PackerFiles {
  readonly folder: string;
  readonly of: (name: string) => string;
}

let shared: { readonly folder: Disposable & { readonly path: string }; readonly made: Set<string> } | undefined;

/** One folder for all suites of a run: the files take minutes to make. It goes when the run ends, however it ends. */
function openShared(): NonNullable<typeof shared> {
  if (shared !== undefined) return shared;
  const opened = { folder: openBenchFolder(), made: new Set<string>() };
  process.on('exit', () => opened.folder[Symbol.dispose]());
  shared = opened;
  return opened;
}

/** Why the files cannot be made; undefined where they can. */
export function whyNoProjects(): string | undefined {
  return spawnSync('blender', ['--version']).status === 0
    ? undefined
    : 'Blender, which makes the files, is not installed';
}

/** Makes what is not there yet, with Blender. */
export function packerFiles(scale: number, ...kinds: readonly ProjectKind[]): PackerFiles {
  const { folder, made } = openShared();
  const absent = kinds.filter((kind) => !made.has(kind));
  if (absent.length > 0) {
    const how = ['-b', '--factory-startup', '--python-exit-code', '1', '-P', script('packer/make-projects.py'), '--'];
    execFileSync('blender', [...how, folder.path, String(scale), ...absent], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  for (const kind of absent) made.add(kind);
  return { folder: folder.path, of: (name) => path.join(folder.path, name) };
}
