import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedFolders } from '../../src/notices/production-packages.ts';
import { copyWorkspace } from './support/copy-workspace.ts';
import { makeProject } from './support/empty-project.ts';
import type { InstalledExample } from './support/empty-project.ts';
import { startLocalRegistry } from './support/local-registry.ts';
import type { LocalRegistry } from './support/local-registry.ts';
import { pnpm, ROOT, run } from './support/run.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: unknown;
}

const PROGRAMS = ['backfiller', 'shaman-server', 'packer', 'car-exporter'];
const BIN = path.join(ROOT, 'node_modules/.bin');

let folder = '';
let repository = '';
let project = '';
let registry: LocalRegistry;
let published: Manifest[] = [];
let examples: InstalledExample[] = [];

const manifestOf = (at: string): Manifest =>
  JSON.parse(readFileSync(path.join(at, 'package.json'), 'utf8')) as Manifest;
const tarballOf = ({ name, version }: Manifest): string =>
  path.join(registry.storage, name, `${path.basename(name)}-${version}.tgz`);
const installed = (program: string): string => path.join(project, 'node_modules/.bin', `waybill-${program}`);

beforeAll(async () => {
  folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'waybill-release-'));
  repository = path.join(folder, 'repository');
  project = path.join(folder, 'project');
  registry = await startLocalRegistry(path.join(folder, 'registry'));
  copyWorkspace(repository);
  pnpm(repository, ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts', '--loglevel=error']);
  pnpm(repository, ['run', 'version-packages']);
  pnpm(repository, ['run', 'publish-packages'], {
    NPM_CONFIG_USERCONFIG: npmrcOutside(),
    // Signatures of where a package was built need the identity of the workflow.
    NPM_CONFIG_PROVENANCE: 'false',
  });
  published = publishedFolders(repository).map(manifestOf);
  examples = makeProject(project, registry.npmrc);
  const names = published.map(({ name }) => name);
  run(project, ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...names]);
}, 600_000);

/** A file of the user, so that nothing in the repository differs from what is released. */
function npmrcOutside(): string {
  const file = path.join(folder, 'npmrc');
  writeFileSync(file, readUserNpmrc() + registry.npmrc);
  return file;
}

function readUserNpmrc(): string {
  const file = path.join(process.env['HOME'] ?? '', '.npmrc');
  return globSync(file).length === 0 ? '' : `${readFileSync(file, 'utf8')}\n`;
}

afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('a release', () => {
  it('gives every published package a version, and a changelog to those that a changeset names', () => {
    expect(published.filter(({ version }) => version === '0.0.0').map(({ name }) => name)).toEqual([]);
    for (const program of PROGRAMS) {
      const changelog = readFileSync(path.join(repository, 'apps', program, 'CHANGELOG.md'), 'utf8');
      expect(changelog).toContain(`## ${manifestOf(path.join(repository, 'apps', program)).version}`);
    }
    expect(readdirSync(path.join(repository, '.changeset')).filter((file) => file.endsWith('.md'))).toEqual([]);
  });

  it('tags each program with its version, from which images are made', () => {
    const tags = run(repository, ['git', 'tag', '--list']).split('\n');
    for (const { name, version } of published) expect(tags).toContain(`${name}@${version}`);
  });

  it('publishes every public package, with nothing but what was built, its manifest and its README', () => {
    for (const manifest of published) {
      const files = run(folder, ['tar', '--list', '--file', tarballOf(manifest)])
        .trim()
        .split('\n');
      const strange = files.filter(
        (file) =>
          !/^package\/(?:dist\/|pages\/|schema\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/.test(file),
      );
      expect({ name: manifest.name, strange }).toEqual({ name: manifest.name, strange: [] });
      expect(files.some((file) => file.startsWith('package/dist/'))).toBe(true);
    }
  });

  it('names no workspace, catalog or source condition in a manifest', () => {
    for (const { name } of published) {
      const text = readFileSync(path.join(project, 'node_modules', name, 'package.json'), 'utf8');
      expect(text).not.toMatch(/"(?:workspace|catalog):/);
      expect(JSON.stringify((JSON.parse(text) as Manifest).exports ?? {})).not.toContain('@waybill/source');
    }
  });

  it('has types that are right for ES modules', () => {
    const withExports = published.filter((manifest) => manifest.exports !== undefined);
    expect(withExports.length).toBeGreaterThan(10);
    const attw = path.join(ROOT, 'tools/workspace/node_modules/.bin/attw');
    for (const manifest of withExports) {
      run(folder, [attw, tarballOf(manifest), '--profile', 'esm-only', '--format', 'ascii', '--no-color']);
    }
  });
});

describe('what npm installs of it into an empty folder', () => {
  it('lets examples of all packages through the compiler', () => {
    expect(examples.length).toBeGreaterThan(10);
    const types = path.join(ROOT, 'node_modules/@types');
    run(project, [path.join(BIN, 'tsc'), '--project', 'tsconfig.json', '--typeRoots', types]);
  });

  it('runs them, and they print what the READMEs say', () => {
    for (const { file, args, prints } of examples) {
      const printed = run(project, [process.execPath, file, ...args])
        .trimEnd()
        .split('\n');
      if (prints.length > 0) expect({ file, printed }).toEqual({ file, printed: prints });
    }
  });

  it.each(PROGRAMS)('starts waybill-%s in the version that was released', (program) => {
    const { version } = manifestOf(path.join(repository, 'apps', program));
    expect(run(project, [installed(program), '--version']).trim()).toContain(version);
    expect(run(project, [installed(program), '--help'])).toContain('Exit codes');
  });

  it('packs a .blend file', () => {
    const blend = "const { buildBlendFile } = await import('@waybill/blendfile/testing');";
    const build = `${blend} (await import('node:fs')).writeFileSync('shot.blend', buildBlendFile({ structs: { ID: ['char name[66]', 'char _pad[2]'] }, blocks: [] }));`;
    run(project, [process.execPath, '--input-type=module', '-e', build]);
    const report = run(project, [installed('packer'), 'pack', 'shot.blend', 'pack', '--no-cache', '--json']);
    expect(JSON.parse(report)).toMatchObject({ status: 'packed' });
    run(project, [installed('packer'), 'verify', 'pack']);
  });

  it('exports a snapshot of the chain that the example of @waybill/car has written', () => {
    const to = ['-o', 'range.car', '--messages', '--json'];
    run(project, [installed('car-exporter'), 'export-range', '--from', 'chain.car', '--tail', '@1', ...to]);
    run(project, [installed('car-exporter'), 'verify', '--from', 'range.car']);
  });

  it('hashes an archive again', () => {
    const make = [
      "import { mkdirSync, writeFileSync } from 'node:fs';",
      "import { formatBase64Url, sha256 } from '@waybill/digest';",
      "const hour = 'archive/channel/source/2026-05-01T10'; mkdirSync(hour, { recursive: true });",
      "const bytes = Buffer.from('segment'); const hash = formatBase64Url(sha256(bytes));",
      'writeFileSync(`${hour}/00:00.0-2.0-full-${hash}.ts`, bytes);',
    ];
    run(project, [process.execPath, '--input-type=module', '-e', make.join('\n')]);
    const report = run(project, [installed('backfiller'), 'verify', 'channel', '--base-dir', 'archive', '--json']);
    expect(report).toContain('"corrupt":0');
  });

  it('serves a store until SIGTERM', async () => {
    const args = ['serve', '--storage', path.join(project, 'store'), '--port', '0'];
    const child = spawn(installed('shaman-server'), args, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'exit');
    const lines = createInterface({ input: child.stdout });
    try {
      let url: string | undefined;
      for await (const line of lines) {
        url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
        if (url !== undefined) break;
      }
      expect((await fetch(`${url ?? ''}/readyz`)).status).toBe(200);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
