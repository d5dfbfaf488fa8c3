import { spawnSync } from 'node:child_process';
import { existsSync, globSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { skipWithout, type SkippableTest, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const SERVICES = ['backfiller', 'shaman-server', 'car-exporter'];

const COMPOSE = path.join(ROOT, 'docker/compose');

/** What the files ask whoever starts them for. */
const ASKED = {
  TOKEN: 't',
  S3_ENDPOINT: 'http://s3',
  S3_BUCKET: 'b',
  AWS_ACCESS_KEY_ID: 'i',
  AWS_SECRET_ACCESS_KEY: 's',
};

describe.each(['two-nodes', 'shaman', 'shaman-farm'])('docker/compose/%s', (name) => {
  it('is understood, alone and with monitoring, and mounts only files that are there', (test) => {
    const own = ['-f', path.join(COMPOSE, name, 'compose.yml')];
    for (const files of [own, [...own, '-f', path.join(COMPOSE, 'monitoring/compose.yml')]]) {
      const { error, status, stdout, stderr } = spawnSync('docker-compose', [...files, 'config'], {
        encoding: 'utf8',
        timeout: 60_000,
        env: { ...process.env, ...ASKED },
      });
      if (error !== undefined) skipWithout(test, 'docker-compose is not installed');
      expect(status, stderr).toBe(0);
      const mounted = [...stdout.matchAll(/^ *- (\/[^:]+):\/.*:ro$/gm)].map(([, file = '']) => file);
      expect(mounted.filter((file) => !existsSync(file))).toEqual([]);
    }
  });
});

describe('docker/compose/monitoring', () => {
  it('has a configuration that Prometheus takes', (test) => {
    const file = path.join(COMPOSE, 'monitoring/prometheus.yml');
    const { error, status, stdout, stderr } = spawnSync('promtool', ['check', 'config', '--syntax-only', file], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    if (error !== undefined) skipWithout(test, 'promtool is not installed (Debian: prometheus)');
    expect(status, stdout + stderr).toBe(0);
  });
});

/** What kustomize makes of docker/kubernetes. */
function kustomized(test: SkippableTest): string {
  const args = ['build', path.join(ROOT, 'docker/kubernetes')];
  const { error, status, stdout, stderr } = spawnSync('kustomize', args, { encoding: 'utf8', timeout: 30_000 });
  if (error !== undefined) skipWithout(test, 'kustomize is not installed (sigs.k8s.io/kustomize/kustomize/v5)');
  expect(status, stderr).toBe(0);
  return stdout;
}

/** Exit code of a validation by the schemas of one version of Kubernetes, which come with the program. */
function validate(test: SkippableTest, version: string, file: string): { status: number | null; said: string } {
  const args = ['--strict', '--kubernetes-version', version, file];
  const options = { encoding: 'utf8', timeout: 60_000 } as const;
  const { error, status, stdout, stderr } = spawnSync('kubernetes-validate', args, options);
  if (error !== undefined) skipWithout(test, 'kubernetes-validate is not installed (PyPI)');
  return { status, said: stdout + stderr };
}

describe('docker/kubernetes', () => {
  it.for(['1.25', '1.37'])(
    'is of objects and fields that Kubernetes %s has, and of no others',
    async (version, test) => {
      await using folder = await temporaryDirectory();
      const file = path.join(folder.path, 'all.yaml');
      const text = kustomized(test);
      writeFileSync(file, text);
      const { status, said } = validate(test, version, file);
      expect(status, said).toBe(0);
      expect(said.match(/ passed for resource /g)).toHaveLength(text.match(/^kind:/gm)?.length ?? 0);
      writeFileSync(file, text.replace('maxUnavailable', 'maxUnavailible'));
      expect(validate(test, version, file).status).not.toBe(0);
    },
  );

  it('is built by kustomize, with a volume, a service, a budget and a policy of each service', (test) => {
    const stdout = kustomized(test);
    for (const kind of ['StatefulSet', 'Service', 'PodDisruptionBudget', 'NetworkPolicy']) {
      expect(stdout.match(new RegExp(`^kind: ${kind}$`, 'gm')), kind).toHaveLength(SERVICES.length);
    }
    expect(stdout.match(/image: ghcr\.io\/[a-z-]+\/waybill\/[a-z-]+:/g)).toHaveLength(SERVICES.length);
  });
});

describe('docker/systemd', () => {
  it('has units that systemd understands', (test) => {
    const units = globSync('docker/systemd/*.service', { cwd: ROOT }).map((file) => path.join(ROOT, file));
    expect(units).toHaveLength(SERVICES.length);
    const { error, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    if (error !== undefined) skipWithout(test, 'systemd-analyze is not installed');
    expect(stdout + stderr).toBe('');
  });
});
