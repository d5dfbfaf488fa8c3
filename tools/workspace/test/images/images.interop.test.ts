import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine, reasonForNoEngine, ROOT } from './engine.ts';
import { TwoNodes } from './two-nodes.ts';

const PROGRAMS = ['backfiller', 'shaman-server', 'car-exporter', 'packer'] as const;
const NODE = process.execPath;
const MIB = 1024 * 1024;

/** As docs/operations/images.md says that images should be run. */
const LOCKED = [
  '--read-only',
  '--tmpfs=/tmp',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--pids-limit=200',
];
const SERVICES = {
  backfiller: ['serve', '--base-dir', '/data'],
  'shaman-server': ['serve', '--storage', '/data', '--host', '0.0.0.0', '--tokens', 'secret'],
  'car-exporter': ['serve', '--from', '/files/one.car', '--output-dir', '/data', '--index-file', '/tmp/index'],
};

/** A CARv1 of one raw block, by the specification: a header in DAG-CBOR, then a section. */
function carOfOneBlock(): Uint8Array {
  const block = Buffer.from('one block');
  const cid = Buffer.concat([Buffer.from('01551220', 'hex'), createHash('sha256').update(block).digest()]);
  const root = Buffer.concat([Buffer.from('d82a582500', 'hex'), cid]);
  const header = Buffer.concat([
    Buffer.from('a265726f6f747381', 'hex'),
    root,
    Buffer.from('6776657273696f6e01', 'hex'),
  ]);
  return Buffer.concat([Buffer.of(header.length), header, Buffer.of(cid.length + block.length), cid, block]);
}

const reason = reasonForNoEngine();
if (reason !== undefined && process.env['WAYBILL_TEST_REQUIRE_EXTERNALS'] === '1') throw new Error(reason);

describe.skipIf(reason !== undefined)(`images${reason === undefined ? '' : ` (${reason})`}`, () => {
  // A folder that is named is kept: the next run has its layers.
  const kept = process.env['WAYBILL_IMAGES_FOLDER'];
  const folder = kept ?? mkdtempSync('/tmp/waybill-images-');
  const engine = new Engine(path.join(folder, 'engine'));
  const context = path.join(folder, 'context');
  const files = path.join(folder, 'files');
  const image = (name: string): string => `localhost/waybill/${name}`;

  beforeAll(() => {
    engine.script('engine.sh', 'start', engine.folder);
    engine.script('stand-in.sh', engine.folder, NODE);
    engine.script('export.sh', context);
    console.log(engine.script('build-all.sh', engine.folder, context));
    mkdirSync(files, { recursive: true });
    writeFileSync(path.join(files, 'one.car'), carOfOneBlock());
  }, 600_000);

  afterAll(() => {
    engine.script('engine.sh', 'stop', engine.folder);
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const baseLayers = (): readonly string[] => engine.inspect(image('base')).RootFS.Layers;

  it('have all layers of the base, and after them only files of their own program, 5 MB at most', () => {
    for (const name of PROGRAMS) {
      const { Layers } = engine.inspect(image(name)).RootFS;
      expect(Layers.slice(0, baseLayers().length)).toEqual(baseLayers());
      const saved = path.join(folder, 'saved', name);
      mkdirSync(saved, { recursive: true });
      engine.shell(`docker save ${image(name)} | tar -x -C ${saved}`);
      const [{ Layers: tars }] = JSON.parse(readFileSync(path.join(saved, 'manifest.json'), 'utf8')) as [
        { Layers: string[] },
      ];
      const own = tars.slice(baseLayers().length).map((tar) => path.join(saved, tar));
      const entries = own.flatMap((tar) => engine.shell(`tar -tf ${tar}`).split('\n')).filter((entry) => entry !== '');
      expect(entries).toContain(`waybill/apps/${name}/dist/main.js`);
      expect(entries.filter((entry) => !entry.endsWith('/') && !entry.startsWith(`waybill/apps/${name}/`))).toEqual([]);
      expect(entries.filter((entry) => entry.includes('node_modules'))).toEqual([]);
      const bytes = own.reduce((sum, tar) => sum + readFileSync(tar).length, 0);
      expect(bytes).toBeLessThan(5 * MIB);
      rmSync(saved, { recursive: true, force: true });
    }
  }, 120_000);

  it('take at most 120 MB compressed', () => {
    const bytes = Number(engine.shell(`docker save ${image('backfiller')} | gzip -6 | wc -c`));
    console.log(`backfiller, compressed: ${(bytes / 1e6).toFixed(1)} MB`);
    expect(bytes).toBeLessThan(120e6);
  }, 120_000);

  it('run as uid 1000, say their version, and name the repository that their namespace is of', () => {
    const bake = readFileSync(path.join(ROOT, 'docker/docker-bake.hcl'), 'utf8');
    const repository = /variable "REPOSITORY" \{ default = "([^"]+)" \}/.exec(bake)?.[1];
    const manifest = JSON.parse(readFileSync(path.join(ROOT, 'apps/packer/package.json'), 'utf8')) as {
      repository: { url: string };
    };
    expect(manifest.repository.url).toBe(`git+https://github.com/${repository}.git`);
    for (const name of PROGRAMS) {
      const { User, Labels } = engine.inspect(image(name)).Config;
      expect(User).toBe('1000:1000');
      expect(Labels['org.opencontainers.image.source']).toBe(`https://github.com/${repository}`);
      expect(Labels['org.opencontainers.image.licenses']).toBe('MIT');
      expect(bake).toContain(`"ghcr.io/\${lower(REPOSITORY)}/${name}:\${TAG}"`);
      expect(engine.docker('run', '--rm', ...LOCKED, image(name), '--version')).toMatch(/^\d+\.\d+\.\d+/);
    }
  }, 60_000);

  it.each(Object.entries(SERVICES))(
    '%s serves healthily from a read-only root, and SIGTERM ends it with 0',
    async (name, command) => {
      const id = engine.docker(
        ...['run', '--detach', '--network=none', ...LOCKED, '--volume', `${files}:/files:ro`, '--health-interval=1s'],
        ...[image(name), ...command],
      );
      try {
        const health = (): string => engine.docker('inspect', '--format', '{{.State.Health.Status}}', id);
        for (let tries = 0; tries < 60 && health() !== 'healthy'; tries += 1) await sleep(500);
        expect(health(), engine.docker('logs', id)).toBe('healthy');
        engine.docker('stop', '--time', '20', id);
        expect(engine.docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0');
      } finally {
        engine.docker('rm', '--force', '--volumes', id);
      }
    },
    90_000,
  );

  it('do a job each: packer lists what a scene needs, car-exporter compares CAR files by hash', () => {
    const scene = path.join(ROOT, 'examples/first-run/project');
    const listed = engine.docker(
      'run',
      '--rm',
      ...LOCKED,
      '--volume',
      `${scene}:/files:ro`,
      image('packer'),
      'list',
      '/files/film/shots/010/shot.blend',
      '--json',
    );
    expect(listed).toContain('robot.blend');
    const compare = ['diff', '/files/one.car', '/files/one.car', '--json'];
    const same = engine.docker(
      'run',
      '--rm',
      ...LOCKED,
      '--volume',
      `${files}:/files:ro`,
      image('car-exporter'),
      ...compare,
    );
    expect(() => JSON.parse(same) as unknown).not.toThrow();
  }, 60_000);

  it('of a compose file run as two nodes that have every segment after one is killed and the database is gone for a while', async () => {
    for (const target of ['postgres', 'nginx']) {
      const file = path.join(ROOT, 'docker/test/services.Dockerfile');
      engine.docker(
        'build',
        '--network=host',
        '--file',
        file,
        '--target',
        target,
        '--tag',
        `localhost/stand-in/${target}`,
        path.dirname(file),
      );
    }
    const nodes = new TwoNodes(engine, folder);
    try {
      nodes.compose('up', '--detach');
      nodes.record('node-a', 10, 40);
      expect(await nodes.complete('node-b')).toEqual([]);
      engine.docker('kill', 'twonodes_node-a_1');
      engine.docker('stop', 'twonodes_database_1');
      nodes.record('node-b', 20, 40);
      await sleep(process.env['WAYBILL_TEST_TIER'] === 'nightly' ? 60_000 : 5000);
      const answer = await fetch('http://127.0.0.1:18080/files/mychannel/source');
      expect(await answer.json()).toEqual(['2026-05-01T12']);
      engine.docker('start', 'twonodes_database_1', 'twonodes_node-a_1');
      expect(await nodes.complete('node-a')).toEqual([]);
      expect(await nodes.complete('node-b')).toEqual([]);
      nodes.compose('restart', 'node-a', 'node-b');
      nodes.record('node-a', 30, 40);
      expect(await nodes.complete('node-b')).toEqual([]);
      expect(nodes.missing('node-a')).toEqual([]);
    } finally {
      nodes.compose('down', '--volumes', '--timeout', '20');
    }
  }, 300_000);

  it('of the other programs stay as they are when one program changes', () => {
    const before = new Map(PROGRAMS.map((name) => [name, engine.inspect(image(name)).Id]));
    appendFileSync(
      path.join(context, 'apps/packer/src/main.ts'),
      "\nif (process.argv.includes('--not-an-option')) process.exitCode = 9;\n",
    );
    const started = Date.now();
    engine.script('build-all.sh', engine.folder, context);
    console.log(`second build, one program changed: ${((Date.now() - started) / 1000).toFixed(1)} s`);
    const changed = PROGRAMS.filter((name) => engine.inspect(image(name)).Id !== before.get(name));
    expect(changed).toEqual(['packer']);
  }, 240_000);
});
