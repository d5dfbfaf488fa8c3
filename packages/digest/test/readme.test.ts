import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const packageFolder = path.dirname(import.meta.dirname);
const readme = readFileSync(path.join(packageFolder, 'README.md'), 'utf8');

describe('the example of the README', () => {
  it('prints what its comments say', () => {
    const example = readme.split('```ts\n')[1]?.split('```')[0] ?? '';
    const promised = example.split('\n').flatMap((line) => /^console\.log\(.*\); \/\/ (.*)$/.exec(line)?.[1] ?? []);
    expect(promised.length).toBeGreaterThan(2);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=@waybill/source', '--input-type=module-typescript', '--eval', example],
      { cwd: packageFolder, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual(promised);
  });
});
