import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const packageFolder = path.dirname(import.meta.dirname);

describe('the README', () => {
  it('names every error code of the sources, and no other', () => {
    const readme = readFileSync(path.join(packageFolder, 'README.md'), 'utf8');
    const errors = readFileSync(path.join(packageFolder, 'src/errors.ts'), 'utf8');
    const inSources = [...errors.matchAll(/code: '(ERR_[A-Z_]+)'/g)].map(([, code]) => code);
    const inReadme = [...readme.matchAll(/^\| `(ERR_[A-Z_]+)` \|/gm)].map(([, code]) => code);
    expect(inSources.length).toBeGreaterThan(10);
    expect(inReadme.sort()).toEqual([...new Set(inSources)].sort());
  });
});
