import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const SERVICES = ['backfiller', 'shaman-server', 'car-exporter'];

function skipOrFail(test: { skip(note?: string): never }, reason: string): never {
  if (process.env['WAYBILL_TEST_REQUIRE_EXTERNALS'] === '1') throw new Error(`required here: ${reason}`);
  return test.skip(reason);
}

describe('docker/kubernetes', () => {
  it('is built by kustomize, with a volume, a service, a budget and a policy of each service', (test) => {
    const args = ['build', path.join(ROOT, 'docker/kubernetes')];
    const { error, status, stdout, stderr } = spawnSync('kustomize', args, { encoding: 'utf8', timeout: 30_000 });
    if (error !== undefined) skipOrFail(test, 'kustomize is not installed (sigs.k8s.io/kustomize/kustomize/v5)');
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
    if (error !== undefined) skipOrFail(test, 'systemd-analyze is not installed');
    expect(stdout + stderr).toBe('');
  });
});
