import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');

function filesCollectedByVitest(): string[] {
  const listed = execFileSync('vitest', ['list', '--filesOnly', '--json'], { cwd: root, encoding: 'utf8' });
  return (JSON.parse(listed) as { file: string }[]).map(({ file }) => path.relative(root, file));
}

function testFilesInTheTree(): string[] {
  const exclude = (name: string): boolean =>
    ['node_modules', 'dist'].includes(path.basename(name)) || name.startsWith('.');
  return globSync('**/*.test.ts', { cwd: root, exclude });
}

describe('vitest projects', () => {
  it('collect every test file of the workspace, each exactly once', () => {
    expect(filesCollectedByVitest().sort()).toEqual(testFilesInTheTree().sort());
  });
});
