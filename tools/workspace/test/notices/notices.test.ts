import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledPackages, thirdPartyNotices } from '../../src/notices/notices.ts';
import { productionPackages, publishedFolders } from '../../src/notices/production-packages.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const builtin = new Set(builtinModules);

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Bare names that sources import as values: types leave nothing behind. */
function importedNames(folder: string): string[] {
  return globSync('src/**/*.ts', { cwd: folder }).flatMap((file) => {
    const text = readFileSync(path.join(folder, file), 'utf8');
    return [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^'.][^']*)';/gm)].flatMap(
      ([, name = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? [],
    );
  });
}

describe('THIRD_PARTY_NOTICES', () => {
  it('is what the installed production dependencies say; `pnpm notices` writes it anew', () => {
    expect(readFileSync(path.join(root, 'THIRD_PARTY_NOTICES'), 'utf8') === thirdPartyNotices(root)).toBe(true);
  });

  it('names what is known to be brought along, and its binaries', () => {
    const lmdb = productionPackages(root).find(({ name }) => name === 'lmdb');
    expect(lmdb?.binaries).toContain('@lmdb/lmdb-linux-x64');
  });

  it('does not say too little of what is bundled: nothing of others is', () => {
    expect(bundledPackages(root)).toEqual([]);
  });

  it('could not come to bundle something unseen: published sources import only what is installed with them', () => {
    const strange = publishedFolders(root).flatMap((folder) => {
      const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
      const { name } = manifest;
      const dependencies = { ...manifest.dependencies, ...manifest.peerDependencies };
      const known = (one: string): boolean =>
        one.startsWith('node:') || builtin.has(one) || Object.hasOwn(dependencies, one) || one === name;
      return importedNames(folder)
        .filter((one) => !known(one))
        .map((one) => `${name} imports ${one}`);
    });
    expect(strange).toEqual([]);
  });
});
