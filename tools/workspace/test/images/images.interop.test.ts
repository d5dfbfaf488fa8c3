import { appendFileSync, globSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { skipWithout, testTier, tierCount, waitFor } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, LOCKED, makeArchive, makeChain, PROJECT } from './bench.ts';
import { canEmulateArm64, EmulatedArm64 } from './emulated-arm64.ts';
import { reasonForNoEngine, ROOT } from './engine.ts';
import { differentFiles, Farm, lostFiles, oneServer, storeAll, TOKEN } from './farm.ts';
import { MonitoredNodes } from './monitored-nodes.ts';
import { savedLayers, type SavedLayer } from './saved-layers.ts';
import { TwoNodes } from './two-nodes.ts';
import { documented } from '../operations/documented.ts';

const PROGRAMS = ['backfiller', 'shaman-server', 'car-exporter', 'packer'] as const;
const MIB = 1024 * 1024;
const SERVICES = {
  backfiller: ['serve', '--base-dir', '/data'],
  'shaman-server': ['serve', '--storage', '/data', '--host', '0.0.0.0', '--tokens', 'secret'],
  'car-exporter': ['serve', '--from', '/files/chain.car', '--output-dir', '/data', '--index-file', '/tmp/index'],
};
const SHOT = ['film/shots/010/shot.blend', '--project', '/project/film', '--no-cache'] as const;
/** Of the pack of the shot: the same under the same name in the project. */
const PLAIN_FILES = ['lib/robot.blend', 'lib/materials.blend', 'plates/rain_0003.png', 'textures/robot.1002.png'];

const reason = reasonForNoEngine();
if (reason !== undefined && process.env['WAYBILL_TEST_REQUIRE_EXTERNALS'] === '1') throw new Error(reason);

describe.skipIf(reason !== undefined)(`images${reason === undefined ? '' : ` (${reason})`}`, () => {
  const bench = new Bench();
  const { engine } = bench;
  let layers: ReadonlyMap<string, readonly SavedLayer[]>;

  beforeAll(() => {
    console.log(bench.start());
    makeChain(path.join(bench.files, 'chain.car'));
    layers = savedLayers(bench, ['base', ...PROGRAMS]);
  }, 900_000);

  afterAll(() => {
    bench.stop();
  }, 300_000);

  it.each(PROGRAMS)('%s has all layers of the base, and after them only files of its own, 5 MB at most', (name) => {
    const base = bench.layersOf('base');
    expect(bench.layersOf(name).slice(0, base.length)).toEqual(base);
    const own = layers.get(name)?.slice(base.length) ?? [];
    const entries = own.flatMap((layer) => layer.entries);
    expect(entries).toContain(`waybill/apps/${name}/dist/main.js`);
    expect(entries.filter((entry) => !entry.endsWith('/') && !entry.startsWith(`waybill/apps/${name}/`))).toEqual([]);
    expect(entries.filter((entry) => entry.includes('node_modules'))).toEqual([]);
    expect(own.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(5 * MIB);
  });

  it('take at most 120 MB compressed', () => {
    const sizes = PROGRAMS.map((name) => {
      const all = layers.get(name)?.map(({ compressedBytes }) => compressedBytes) ?? [];
      return { name, bytes: all.reduce((sum, bytes) => sum + bytes, 0), last: layers.get(name)?.at(-2)?.bytes };
    });
    console.log('compressed:', sizes);
    for (const { name, bytes } of sizes) {
      expect(bytes, name).toBeGreaterThan(10e6);
      expect(bytes, name).toBeLessThan(120e6);
    }
  });

  it('run as uid 1000, say their version, and name the repository that their namespace is of', () => {
    const bake = readFileSync(path.join(ROOT, 'docker/docker-bake.hcl'), 'utf8');
    const repository = /variable "REPOSITORY" \{ default = "([^"]+)" \}/.exec(bake)?.[1];
    const manifest = JSON.parse(readFileSync(path.join(ROOT, 'apps/packer/package.json'), 'utf8')) as {
      repository: { url: string };
    };
    expect(manifest.repository.url).toBe(`git+https://github.com/${repository}.git`);
    for (const name of PROGRAMS) {
      const { User, Labels } = engine.inspect(bench.image(name)).Config;
      expect(User).toBe('1000:1000');
      expect(Labels['org.opencontainers.image.source']).toBe(`https://github.com/${repository}`);
      expect(Labels['org.opencontainers.image.licenses']).toBe('MIT');
      expect(bake).toContain(`"ghcr.io/\${lower(REPOSITORY)}/${name}:\${TAG}"`);
      expect(bench.run(name, '--version')).toMatch(/^\d+\.\d+\.\d+/);
    }
  }, 60_000);

  it('are made by docker-bake.hcl as well, of the same layers', () => {
    engine.script('bake.sh', engine.folder, bench.context, 'base', ...PROGRAMS);
    for (const name of ['base', ...PROGRAMS]) {
      const baked = engine.inspect(`ghcr.io/waybill-project/waybill/${name}:dev`);
      expect(baked.RootFS.Layers, name).toEqual(bench.layersOf(name));
    }
  }, 300_000);

  it.each(Object.entries(SERVICES))(
    '%s serves healthily from a read-only root, and SIGTERM ends it with 0',
    async (name, command) => {
      const id = engine.docker(
        ...['run', '--detach', '--network=none', ...LOCKED, '--volume', `${bench.files}:/files:ro`],
        ...['--health-interval=1s', bench.image(name), ...command],
      );
      try {
        const health = (): string => engine.docker('inspect', '--format', '{{.State.Health.Status}}', id);
        for (let tries = 0; tries < 120 && health() !== 'healthy'; tries += 1) await sleep(500);
        expect(health(), engine.docker('logs', id)).toBe('healthy');
        engine.docker('stop', '--time', '20', id);
        expect(engine.docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0');
      } finally {
        engine.docker('rm', '--force', '--volumes', id);
      }
    },
    120_000,
  );

  it('packer packs the bundled project, and finds the pack whole', () => {
    packsProject('packer');
  }, 60_000);

  it('car-exporter exports a chain, and finds the snapshot whole', () => {
    exportsChain('car-exporter');
  }, 60_000);

  it('shaman of a compose file stores what packer sends, and shows it as links in a checkout', async () => {
    const server = oneServer(engine, bench.folder);
    try {
      server.compose('up', '--detach');
      await server.healthy('shaman-server');
      submit(server, 'shaman+http://shaman-server:8084/#film');
      const checkout = path.join(server.volume('shaman'), 'jobs/film');
      expect(engine.shell(`find ${checkout} -type l | wc -l`)).toBe('19');
      expect(differentFiles(checkout, path.join(PROJECT, 'film'), PLAIN_FILES)).toEqual([]);
    } finally {
      server.down();
    }
  }, 180_000);

  it('of a compose file run as two nodes that have every segment after one is killed and the database is gone for a while', async () => {
    engine.script('services.sh', engine.folder, 'postgres', 'nginx');
    const nodes = new TwoNodes(engine, bench.folder);
    try {
      nodes.compose('up', '--detach');
      nodes.record('node-a', 10, 40);
      expect(await nodes.complete('node-b')).toEqual([]);
      const [dump = '', restore = ''] = documented('backup.md', 'docker compose exec').trim().split('\n');
      nodes.perform(dump);
      nodes.sql('delete from nodes');
      nodes.perform(restore);
      expect(nodes.sql('select name from nodes order by name')).toBe('node-a\nnode-b');
      engine.docker('kill', nodes.container('node-a'));
      engine.docker('stop', nodes.container('database'));
      nodes.record('node-b', 20, 40);
      await sleep(tierCount({ push: 5000, nightly: 60_000 }));
      const answer = await fetch('http://127.0.0.1:18080/files/mychannel/source');
      expect(await answer.json()).toEqual(['2026-05-01T12']);
      engine.docker('start', nodes.container('database'), nodes.container('node-a'));
      expect(await nodes.complete('node-a')).toEqual([]);
      expect(await nodes.complete('node-b')).toEqual([]);
      nodes.compose('restart', 'node-a', 'node-b');
      nodes.record('node-a', 30, 40);
      expect(await nodes.complete('node-b')).toEqual([]);
      expect(nodes.missing('node-a')).toEqual([]);
    } finally {
      nodes.down();
    }
  }, 420_000);

  if (testTier() !== 'push') {
    it('shaman-farm of a compose file loses no file that was acknowledged when one of two servers is killed under load', async () => {
      const [files, killedAfter] = [1000, 20];
      engine.script('services.sh', engine.folder, 's3', 'postgres', 'nginx');
      const farm = new Farm(engine, bench.folder);
      try {
        farm.compose('up', '--detach');
        await farm.healthy('server-1', 'server-2');
        submit(farm, 'shaman+http://proxy:8084/#film');
        await storeAll('http://127.0.0.1:18085', files, (acknowledged) => {
          if (acknowledged === killedAfter) engine.docker('kill', farm.container('server-1'));
        });
        expect(await lostFiles(`http://${farm.address('server-2')}:8084`, files)).toEqual([]);
        engine.docker('start', farm.container('server-1'));
        await farm.healthy('server-1');
        expect(await lostFiles(`http://${farm.address('server-1')}:8084`, files)).toEqual([]);
        for (const server of ['server-1', 'server-2']) {
          const checkout = path.join(farm.volume(server), 'jobs/film');
          expect(differentFiles(checkout, path.join(PROJECT, 'film'), PLAIN_FILES)).toEqual([]);
        }
      } finally {
        farm.down();
      }
    }, 1_200_000);

    it('are watched by Prometheus of a compose file: all targets up, all rules loaded, and an alert while a node is stopped', async () => {
      engine.script('services.sh', engine.folder, 'postgres', 'prometheus');
      const nodes = new MonitoredNodes(engine, bench.folder);
      const wait = { timeoutMs: 60_000, intervalMs: 500 };
      try {
        nodes.compose('up', '--detach', 'node-a', 'node-b', 'prometheus');
        await nodes.healthy('node-a', 'node-b');
        const up = { 'backfiller node-a:8000': 'up', 'backfiller node-b:8000': 'up' };
        await expect.poll(() => nodes.targets(), { timeout: 60_000, interval: 500 }).toEqual(up);
        const rules = globSync('docs/operations/*-alerts.yml', { cwd: ROOT }).map((file) => readFileSync(file, 'utf8'));
        const names = rules.flatMap((text) => [...text.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name));
        expect(await nodes.ruleNames()).toEqual(names.sort());
        await waitFor(async () => (await nodes.count('backfill_last_complete_timestamp_seconds')) === 2, wait);
        expect(await nodes.firing('BackfillerDown')).toEqual([]);
        engine.docker('stop', nodes.container('node-b'));
        await waitFor(async () => (await nodes.firing('BackfillerDown')).join() === 'node-b:8000', wait);
        engine.docker('start', nodes.container('node-b'));
        await waitFor(async () => (await nodes.firing('BackfillerDown')).length === 0, wait);
      } finally {
        nodes.down();
      }
    }, 600_000);

    it('backfiller-ffmpeg cuts to the frame, and says under which licence and from which sources its ffmpeg is', () => {
      const name = 'backfiller-ffmpeg';
      engine.script('build.sh', engine.folder, bench.context, 'service-with-ffmpeg', name, 'backfiller', '8000');
      const archive = path.join(bench.files, 'archive');
      makeArchive(archive);
      const range = ['--start', '2025-03-14T11:59:31.5', '--end', '2025-03-14T12:00:10.3', '--type', 'smart'];
      bench.run(name, 'cut', 'example', 'source', '--base-dir', '/files/archive', ...range, '-o', '/made/clip.ts');
      expect(statSync(path.join(bench.files, 'made/clip.ts')).size).toBeGreaterThan(500_000);

      const { User, Labels } = engine.inspect(bench.image(name)).Config;
      expect([User, Labels['org.opencontainers.image.licenses']]).toEqual(['1000:1000', 'MIT AND GPL-2.0-or-later']);
      const inside = (command: string, image = name): string =>
        engine.docker(
          ...['run', '--rm', '--user=0', '--network=host', '--entrypoint=/bin/sh'],
          ...[bench.image(image), '-ec', command],
        );
      expect(inside('cat /usr/share/doc/ffmpeg/NOTICE')).toContain('waybill-project/waybill/backfiller-ffmpeg-sources');
      const list = "dpkg-query --show --showformat='${Package}\n'";
      const before = new Set(inside(list, 'backfiller').split('\n'));
      const added = inside(list)
        .split('\n')
        .filter((line) => !before.has(line));
      expect(added).toContain('ffmpeg');
      const copyrights = inside('ls /usr/share/doc/*/copyright');
      expect(added.filter((line) => !copyrights.includes(`/usr/share/doc/${line}/copyright`))).toEqual([]);
      const sources = inside('cat /usr/share/doc/ffmpeg/SOURCES').split('\n');
      expect(sources.filter((line) => /^(ffmpeg|x264)=/.test(line))).toHaveLength(2);
      // Debian's index has each of them under this version, so that the target with the sources can be made; two are fetched.
      const index =
        "sed -i 's/^deb \\(.*\\)/deb \\1\\ndeb-src \\1/' /etc/apt/sources.list && apt-get update -qq && cd /tmp";
      const uris = inside(`${index} && apt-get source --print-uris -qq $(cat /usr/share/doc/ffmpeg/SOURCES)`);
      expect(uris.match(/\.dsc'/g)).toHaveLength(sources.length);
      inside(`${index} && apt-get source --download-only -qq ffmpeg x264`);
    }, 900_000);

    it('for arm64 are made on this machine, and run by emulation: a pack and a snapshot that are whole', (test) => {
      if (!canEmulateArm64()) skipWithout(test, 'qemu-user-static is not installed');
      using arm64 = new EmulatedArm64(bench);
      arm64.makeStandIn();
      arm64.build('base', 'base', '');
      for (const [name, check] of [
        ['packer', packsProject],
        ['car-exporter', exportsChain],
      ] as const) {
        arm64.build('program', name, name);
        const image = arm64.image(name);
        expect(engine.inspect(bench.image(image)).Architecture).toBe('arm64');
        check(image);
      }
    }, 2_400_000);
  }

  it('of the other programs stay as they are when one program changes', () => {
    const before = new Map(PROGRAMS.map((name) => [name, engine.inspect(bench.image(name)).Id]));
    const line = "\nif (process.argv.includes('--not-an-option')) process.exitCode = 9;\n";
    appendFileSync(path.join(bench.context, 'apps/packer/src/main.ts'), line);
    const started = Date.now();
    engine.script('build-all.sh', engine.folder, bench.context);
    console.log(`second build, one program changed: ${((Date.now() - started) / 1000).toFixed(1)} s`);
    const changed = PROGRAMS.filter((name) => engine.inspect(bench.image(name)).Id !== before.get(name));
    expect(changed).toEqual(['packer']);
  }, 240_000);

  function packsProject(image: string): void {
    const pack = `/made/pack-of-${image}`;
    expect(bench.run(image, 'pack', `/project/${SHOT[0]}`, pack, ...SHOT.slice(1))).toContain('17');
    bench.run(image, 'verify', pack);
    expect(differentFiles(path.join(bench.files, pack), path.join(PROJECT, 'film'), PLAIN_FILES)).toEqual([]);
  }

  function exportsChain(image: string): void {
    const snapshot = `/made/snapshot-of-${image}.car`;
    const parts = ['--messages', '--receipts', '--stateroots', '--tail', '@2', '--index-file', '/tmp/index'];
    bench.run(image, 'export-range', '--from', '/files/chain.car', ...parts, '-o', snapshot);
    bench.run(image, 'verify', '--from', snapshot, '--index-file', '/tmp/index');
    const { size } = statSync(path.join(bench.files, snapshot));
    expect(size).toBeGreaterThan(10_000);
    expect(size).toBeLessThan(statSync(path.join(bench.files, 'chain.car')).size);
  }

  /** The shot of the bundled project, packed to a server of a composition by the image of packer. */
  function submit(to: Farm | ReturnType<typeof oneServer>, url: string): void {
    const options = ['--volume', `${PROJECT}:/project:ro`, '--env', `SHAMAN_JWT_TOKEN=${TOKEN}`, ...LOCKED];
    to.run(bench.image('packer'), options, 'pack', `/project/${SHOT[0]}`, url, ...SHOT.slice(1));
  }
});
