import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');

function filesCollectedByVitest(): string[] {
  const listed = execFileSync('vitest', ['list', '--filesOnly', '--json'], { cwd: root, encoding: 'utf8' });
  return (JSON.parse(listed) as { file: string }[]).map(({ file }) => path.relative(root, file));
}

function testFilesInTheTree(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.test.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((line) => line !== '');
}

describe('vitest projects', () => {
  it('collect every test file of the workspace, each exactly once', () => {
    expect(filesCollectedByVitest().sort()).toEqual(testFilesInTheTree().sort());
  });
});
