import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { placeExample, readmeExamples } from '../src/readme-examples.ts';
import type { ReadmeExample } from '../src/readme-examples.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const readmes = globSync(['packages/*/README.md', 'apps/*/README.md', 'examples/*/README.md'], { cwd: root }).sort();
const examples = readmes.flatMap((readme) =>
  readmeExamples(readFileSync(path.join(root, readme), 'utf8')).map((example) => ({
    place: `${readme}:${example.line}`,
    packageFolder: path.join(root, path.dirname(readme)),
    example,
  })),
);

function run(packageFolder: string, example: ReadmeExample) {
  const folder = mkdtempSync(path.join(tmpdir(), 'waybill-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { name } = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')) as { name: string };
  const file = placeExample(folder, packageFolder, name, example);
  const args = ['--conditions=@waybill/source', file, ...example.args];
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 20_000 });
}

describe('an example of a README', () => {
  it.each(examples)('$place runs, and prints what it says', ({ packageFolder, example }) => {
    const { status, signal, stdout, stderr } = run(packageFolder, example);
    expect({ status, signal }, stderr).toEqual({ status: 0, signal: null });
    if (example.prints.length > 0) expect(stdout.trimEnd().split('\n')).toEqual(example.prints);
  });

  it('is a block of TypeScript that is not marked as a fragment', () => {
    const readme =
      '# a\n\n```ts\nconsole.log(1); // 1\n```\n\n```ts fragment\nx\n```\n```sh\ny\n```\n```ts args: a --b\n// prints: c d\n```\n';
    expect(readmeExamples(readme)).toEqual([
      { line: 4, code: 'console.log(1); // 1\n', args: [], prints: ['1'] },
      { line: 14, code: '// prints: c d\n', args: ['a', '--b'], prints: ['c d'] },
    ]);
  });
});
