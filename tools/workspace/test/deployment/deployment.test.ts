import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { describeProgram, ROOT } from '../../src/reference/program-description.ts';

const SERVICES = ['backfiller', 'shaman-server', 'car-exporter'];
const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Arguments of the container: strings in single quotes, one to a line. */
function containerArguments(service: string): string[] {
  const text = textOf(`docker/kubernetes/${service}/statefulset.yaml`);
  const list = /^ {10}args:\n((?: {12}- .*\n)+)/m.exec(text)?.[1] ?? '';
  return [...list.matchAll(/^ +- (.*)$/gm)].map(([, value = '']) => value.replace(/^'(.*)'$/, '$1'));
}

function unitArguments(service: string): string[] {
  const line =
    /^ExecStart=\/usr\/bin\/env \S+ (.*)$/m.exec(textOf(`docker/systemd/waybill-${service}.service`))?.[1] ?? '';
  return line.replaceAll('%S', '/var/lib').split(' ');
}

/** Does the program take these arguments? It checks all of them before it would start. */
function printConfig(service: string, args: readonly string[]) {
  const main = path.join(ROOT, 'apps', service, 'src/main.ts');
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WAYBILL_')));
  const all = ['--conditions=@waybill/source', main, ...args, '--print-config', '--json'];
  return spawnSync(process.execPath, all, { encoding: 'utf8', env, timeout: 60_000 });
}

function defaultPort(service: string): string {
  const [option] = describeProgram(service)
    .commands.filter(({ name }) => name === containerArguments(service)[0])
    .flatMap(({ options }) => options.filter(({ name }) => name === 'port'));
  return String(option?.default);
}

describe.each(SERVICES)('what runs %s', (service) => {
  it('gives it arguments that it takes', () => {
    for (const args of [containerArguments(service), unitArguments(service)]) {
      expect(args.length).toBeGreaterThan(2);
      const { status, stderr } = printConfig(service, args);
      expect(status, stderr).toBe(0);
    }
  }, 150_000);

  it('asks for its health at the port where it listens', () => {
    expect(textOf(`docker/kubernetes/${service}/statefulset.yaml`)).toContain(
      `{ name: http, containerPort: ${defaultPort(service)} }`,
    );
    expect(textOf(`docker/kubernetes/${service}/service.yaml`)).toContain(
      `{ name: http, port: ${defaultPort(service)}, targetPort: http }`,
    );
  });

  it('names variables that it knows', () => {
    const known = describeProgram(service).commands.flatMap(({ options }) =>
      options.flatMap(({ environment }) => environment),
    );
    const text = textOf(`docker/kubernetes/${service}/statefulset.yaml`);
    const named = [...text.matchAll(/\{ name: (WAYBILL_\w+)/g)].map(([, name = '']) => name.replace(/_FILE$/, ''));
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('docker/kubernetes', () => {
  it('lists every file in a kustomization', () => {
    const files = globSync('docker/kubernetes/*/*.yaml', { cwd: ROOT }).filter(
      (file) => !file.endsWith('kustomization.yaml'),
    );
    const lost = files.filter(
      (file) => !textOf(path.join(path.dirname(file), 'kustomization.yaml')).includes(`- ${path.basename(file)}\n`),
    );
    expect(lost).toEqual([]);
  });
});
