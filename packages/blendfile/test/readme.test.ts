import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';

const packageFolder = path.dirname(import.meta.dirname);
const readme = readFileSync(path.join(packageFolder, 'README.md'), 'utf8');

describe('the example of the README', () => {
  it('prints what its comments say', async () => {
    await using folder = await temporaryDirectory();
    const example = readme.split('```ts fragment\n')[1]?.split('```')[0] ?? '';
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=@waybill/source', '--input-type=module-typescript', '--eval', example],
      { cwd: packageFolder, encoding: 'utf8', env: { ...process.env, TMPDIR: folder.path } },
    );
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual([
      '500 zstd 352',
      ...[0, 1, 2].map((index) => `OBThing${index} -1.5 MEMesh${index}`),
      '//textures/other.png',
    ]);
    for (const promise of ['// 500 zstd 352', '// OBThing… -1.5 MEMesh…', '// //textures/other.png']) {
      expect(example).toContain(promise);
    }
  });

  it('names every error code of the sources, and no other', () => {
    const errors = readFileSync(path.join(packageFolder, 'src/errors.ts'), 'utf8');
    const inSources = [...errors.matchAll(/code: '(ERR_[A-Z_]+)'/g)].map(([, code]) => code);
    const inReadme = [...readme.matchAll(/^\| `(ERR_[A-Z_]+)` +\|/gm)].map(([, code]) => code);
    expect(inReadme.sort()).toEqual([...new Set(inSources)].sort());
  });
});
