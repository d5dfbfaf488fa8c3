import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { documentedCommands, shellBlocks } from '../../src/docs/shell-blocks.ts';
import { PROGRAMS, ROOT } from '../../src/reference/program-description.ts';

interface Cli {
  run(signal: AbortSignal, argv: readonly string[]): Promise<number>;
}

interface CliModule {
  createCli(environment: object): Cli;
}

const documents = globSync(['docs/operations/*.md', 'apps/*/README.md', 'docs/reference/*.md'], { cwd: ROOT }).sort();
const blocks = documents.flatMap((document) =>
  shellBlocks(readFileSync(path.join(ROOT, document), 'utf8')).map((block) => ({ document, block })),
);
const commands = blocks.flatMap(({ document, block }) =>
  documentedCommands(block).map(({ program, args }) => ({ place: `${document}:${block.line}`, program, args })),
);

/** The program's own parser and checks, up to where its work would begin. Returns what it complains about. */
async function complaintsOf(program: string, args: readonly string[]): Promise<string> {
  const file = pathToFileURL(path.join(ROOT, 'apps', program, 'src/cli.ts')).href;
  const { createCli } = (await import(/* @vite-ignore */ file)) as CliModule;
  let said = '';
  const stream = { isTTY: false, write: (text: string) => ((said += text), true) };
  const code = await createCli({ env: {}, stdout: stream, stderr: stream }).run(AbortSignal.timeout(120_000), [
    ...args,
    '--print-config',
  ]);
  return code === 0 ? '' : `ended with ${code}: ${said}`;
}

function placeShims(folder: string): string {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  for (const program of PROGRAMS) {
    const main = path.join(ROOT, 'apps', program, 'src/main.ts');
    const file = path.join(bin, `waybill-${program}`);
    writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" --conditions=@waybill/source "${main}" "$@"\n`);
    chmodSync(file, 0o755);
  }
  return bin;
}

describe('a command in the documents', () => {
  it('is one of all four programs', () => {
    expect([...new Set(commands.map(({ program }) => program))].sort()).toEqual([...PROGRAMS].sort());
  });

  it.each(commands)(
    '$place: waybill-$program $args is what the program takes',
    async ({ program, args }) => {
      expect(await complaintsOf(program, args)).toBe('');
    },
    150_000,
  );

  it('is refused where the program would refuse it', async () => {
    expect(await complaintsOf('packer', ['list', 'shot.blend', '--nonsense'])).toContain('ended with 64');
  });

  it.each(blocks.filter(({ block }) => block.isRun))('$document:$block.line runs', ({ block }) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'waybill-docs-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const env = { ...process.env, PATH: `${placeShims(folder)}:${process.env['PATH'] ?? ''}` };
    const args = ['-eu', '-c', block.code];
    const { status, stderr } = spawnSync('sh', args, { cwd: folder, env, encoding: 'utf8', timeout: 25_000 });
    expect(status, stderr).toBe(0);
  });
});

describe('documentedCommands', () => {
  it('understands quotes, comments, variables, redirections and lines that go on', () => {
    const code = [
      `waybill-packer pack a.blend '#b' --exclude='*.abc' \\`,
      `  --token "$TOKEN"   # a remark`,
      'waybill-packer list x > y',
      'curl waybill-packer',
    ].join('\n');
    const [block] = shellBlocks(`# a\n\n\`\`\`sh\n${code}\n\`\`\`\n`);
    expect(block?.line).toBe(4);
    expect(block === undefined ? [] : documentedCommands(block)).toEqual([
      { program: 'packer', args: ['pack', 'a.blend', '#b', '--exclude=*.abc', '--token', 'variable'] },
      { program: 'packer', args: ['list', 'x'] },
    ]);
  });
});
