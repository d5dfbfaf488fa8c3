import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { GENERATED_FOLDERS, generatedFiles } from '../../src/reference/generated-files.ts';
import { ROOT } from '../../src/reference/program-description.ts';

const folders = GENERATED_FOLDERS.map((folder) => `${folder}/*`);

describe('the reference and the man pages', () => {
  it('are what the programs say of themselves; `pnpm reference` writes them anew', { timeout: 120_000 }, async () => {
    const generated = await generatedFiles();
    const committed = globSync(folders, { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
    expect(committed.sort()).toEqual([...generated.keys()].sort());
    const stale = committed.filter((file) => readFileSync(path.join(ROOT, file), 'utf8') !== generated.get(file));
    expect(stale).toEqual([]);
  });
});
