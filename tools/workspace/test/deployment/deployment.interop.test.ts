import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { skipWithout } from '@waybill/test-kit';
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

describe('docker/kubernetes', () => {
  it('is built by kustomize, with a volume, a service, a budget and a policy of each service', (test) => {
    const args = ['build', path.join(ROOT, 'docker/kubernetes')];
    const { error, status, stdout, stderr } = spawnSync('kustomize', args, { encoding: 'utf8', timeout: 30_000 });
    if (error !== undefined) skipWithout(test, 'kustomize is not installed (sigs.k8s.io/kustomize/kustomize/v5)');
    expect(status, stderr).toBe(0);
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
