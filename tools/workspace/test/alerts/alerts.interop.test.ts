import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { skipWithout, type SkippableTest } from '@waybill/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../../..');
const files = globSync('docs/operations/*-alerts.yml', { cwd: root }).sort();
const testsOf = (file: string): string =>
  path.join(import.meta.dirname, path.basename(file).replace('-alerts.yml', '.promtool.yml'));

function promtool(...args: string[]) {
  return spawnSync('promtool', args, { encoding: 'utf8', timeout: 60_000 });
}

/** `promtool` is in Debian's package prometheus. */
function skipWithoutPromtool(test: SkippableTest): void {
  if (promtool('--version').error !== undefined) skipWithout(test, 'promtool is not installed (Debian: prometheus)');
}

describe.each(files)('%s', (file) => {
  it('is what Prometheus takes', (test) => {
    skipWithoutPromtool(test);
    const { status, stdout, stderr } = promtool('check', 'rules', path.join(root, file));
    expect(status, stdout + stderr).toBe(0);
  });

  it('fires when it should, and is silent otherwise', (test) => {
    skipWithoutPromtool(test);
    const folder = mkdtempSync(path.join(tmpdir(), 'waybill-alerts-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const copy = path.join(folder, 'test.yml');
    writeFileSync(
      copy,
      readFileSync(testsOf(file), 'utf8').replace('[RULES]', JSON.stringify([path.join(root, file)])),
    );
    const { status, stdout, stderr } = promtool('test', 'rules', copy);
    expect(status, stdout + stderr).toBe(0);
  });
});
