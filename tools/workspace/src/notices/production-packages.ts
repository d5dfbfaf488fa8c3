import { existsSync, globSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** A package of others that our published packages bring along. */
export interface ProductionPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly folder: string;
  /** Names of its packages with binaries, one for each platform; which of them is installed depends on the machine. */
  readonly binaries: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string | { readonly type: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Workspaces whose package.json is not private: what is published. */
export function publishedFolders(root: string): string[] {
  const files = globSync(['apps/*/package.json', 'packages/*/package.json'], { cwd: root }).sort();
  return files.map((file) => path.join(root, path.dirname(file))).filter((folder) => !isPrivate(folder));
}

/** All that is installed with the published packages, each version once, by name and version. */
export function productionPackages(root: string): ProductionPackage[] {
  const found = new Map<string, ProductionPackage>();
  const queue = publishedFolders(root).flatMap(dependencyFolders);
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    const manifest = readManifest(folder);
    const key = `${manifest.name}@${manifest.version}`;
    if (manifest.name.startsWith('@waybill/') || found.has(key)) continue;
    found.set(key, describe(folder, manifest));
    queue.push(...dependencyFolders(folder));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Where Node would find the dependencies of the package in `folder`. Throws where one is not installed. */
function dependencyFolders(folder: string): string[] {
  return Object.keys(readManifest(folder).dependencies ?? {}).flatMap((name) => {
    if (isPlatformBinary(folder, name)) return [];
    return [resolvePackage(folder, name)];
  });
}

/** npm lists optional dependencies among the others when it packs. */
function isPlatformBinary(folder: string, name: string): boolean {
  return Object.hasOwn(readManifest(folder).optionalDependencies ?? {}, name);
}

function resolvePackage(from: string, name: string): string {
  for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(candidate, 'package.json'))) return realpathSync(candidate);
  }
  throw new Error(`${name}, which ${from} needs, is not installed: run pnpm install`);
}

function describe(folder: string, manifest: Manifest): ProductionPackage {
  const { name, version, license = 'not named' } = manifest;
  const binaries = Object.keys(manifest.optionalDependencies ?? {}).sort();
  return { name, version, license: typeof license === 'string' ? license : license.type, folder, binaries };
}

function isPrivate(folder: string): boolean {
  return readManifest(folder).private === true;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}
