import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { skipWithout } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const isBuilt = existsSync(path.join(root, 'apps/backfiller/dist/main.js'));

describe('npm start', () => {
  it('fills the damaged node, says so, and ends with 0 where nobody watches', (test) => {
    if (!isBuilt) skipWithout(test, 'the backfiller is not built: pnpm build');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=@waybill/source', path.join(root, 'examples/first-run/src/run.ts')],
      { encoding: 'utf8', env: { ...process.env, CI: 'true' } },
    );
    expect(stderr).toBe('');
    expect(stdout).toContain('1 corrupt');
    expect(stdout).toContain('72 files in');
    expect(stdout).toMatch(/After:\n\n.*\n.*source +186\.4 s +0 +none\n +480p +186\.4 s +0 +none/);
    expect(stdout).toContain('194 files hashed again, 0 corrupt');
    expect(stdout).toContain('Everything is filled, and every byte was verified.');
    expect(status).toBe(0);
  });
});
