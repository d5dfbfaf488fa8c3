import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { skipWithout } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const isBuilt = ['backfiller', 'shaman-server', 'packer', 'car-exporter'].every((app) =>
  existsSync(path.join(root, 'apps', app, 'dist/main.js')),
);

describe('npm start', () => {
  it('does the jobs of all four programs, says so, and ends with 0 where nobody watches', (test) => {
    if (!isBuilt) skipWithout(test, 'the programs are not built: pnpm build');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=@waybill/source', path.join(root, 'examples/first-run/src/run.ts')],
      { encoding: 'utf8', env: { ...process.env, CI: 'true' } },
    );
    // Progress, and nothing else.
    expect(stderr).toMatch(
      /^(?:(?:indexed|blocks) .* in .*s\n|warning: \d+ blocks of receipts are not in the source, .*\n)*$/,
    );
    expect(stdout).toContain('1 corrupt');
    expect(stdout).toContain('72 files in');
    expect(stdout).toMatch(/After:\n\n.*\n.*source +186\.4 s +0 +none\n +480p +186\.4 s +0 +none/);
    expect(stdout).toContain('194 files hashed again, 0 corrupt');
    expect(stdout).toMatch(/example\/source +100\.00 % +0/);
    expect(stdout).toMatch(/clip\.ts: \d/);
    expect(stdout).toContain('Everything is filled, and every byte was verified.');
    expect(stdout).toMatch(/http:.*\/playlist\/example\.m3u8/);
    expect(stdout).toMatch(/first +\d+ +\d+ .* 0 +0 B +job-1\n +second +\d+ +0 +0 B .* job-2\n/);
    expect(stdout).toContain('The second time nothing was sent, and both checkouts are whole.');
    expect(stdout).toMatch(/folder +17 .*\n +ZIP +17 .*\n +Shaman server +17 /);
    expect(stdout).toContain('//../../_outside_project/…/stock/furniture.blend');
    expect(stdout).toContain('Every pack is complete.');
    expect(stdout).toMatch(/90–270 +228,772 /);
    expect(stdout).toContain('The snapshot is whole.');
    expect(stdout).toMatch(/4 programs, [\d.]+ s, nothing lost, every byte verified\n\n(?: +✔ .* s\n){4}/);
    expect(status).toBe(0);
  });
});
