import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');

/** A code is declared where it is given to an error; comparisons with one (ours or Node's) are no declarations. */
const DECLARED = /\bcode(?:: | = )'(ERR_[A-Z0-9_]+)'/g;

function codesInSources(): string[] {
  const files = globSync(['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'], { cwd: root });
  const codes = files.flatMap((file) => [...readFileSync(path.join(root, file), 'utf8').matchAll(DECLARED)]);
  return [...new Set(codes.map(([, code = '']) => code))].sort();
}

function codesInDocument(): string[] {
  const text = readFileSync(path.join(root, 'docs/errors.md'), 'utf8');
  return [...text.matchAll(/^\| `(ERR_[A-Z0-9_]+)` \|/gm)].map(([, code = '']) => code);
}

describe('docs/errors.md', () => {
  it('lists every error code of the sources, each once and in order, and no other', () => {
    expect(codesInDocument()).toEqual(codesInSources());
  });
});
