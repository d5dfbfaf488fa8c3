import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { completionScript, createProgram, describeProgram } from '../src/index.ts';
import { runSample } from './support/run-sample.ts';
import { sampleProgram } from './support/sample-program.ts';

const description = describeProgram(createProgram(sampleProgram).declaration);

const isInstalled = async (shell: string): Promise<boolean> => (await runProgram(shell, ['--version'])) !== undefined;
const hasBash = await isInstalled('bash');
const hasZsh = await isInstalled('zsh');
const hasFish = await isInstalled('fish');

/** Runs a shell with the completion script in the file `$SCRIPT`. */
async function inShell(shell: 'bash' | 'zsh' | 'fish', command: string): Promise<string[]> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'script');
  await writeFile(path, completionScript(shell, description));
  const result = await runProgram(shell, ['-c', command], {
    cwd: directory.path,
    env: { ...process.env, SCRIPT: path },
  });
  expect(result?.stderr).toBe('');
  return (result?.stdout ?? '').split('\n').filter((line) => line !== '');
}

/** What bash would offer for these words, the last of which is being typed. */
function inBash(...words: readonly string[]): Promise<string[]> {
  const typed = ['waybill-sample', ...words].map((word) => `'${word}'`).join(' ');
  return inShell(
    'bash',
    `source "$SCRIPT"; COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _waybill_sample; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
}

describe.skipIf(!hasBash)('bash (skipped where bash is not installed)', () => {
  test('offers the commands, without the hidden ones', async () => {
    expect(await inBash('')).toEqual(['show', 'require', 'fail', 'completion', 'help', '--help', '--version']);
    expect(await inBash('re')).toEqual(['require']);
  });

  test('offers the flags of the command that was typed', async () => {
    expect(await inBash('show', '--d')).toEqual(['--delete-old', '--durability']);
    expect(await inBash('require', '--t')).toEqual(['--target']);
    expect(await inBash('--json', 'show', '--no')).toEqual(['--nodes', '--no-sync']);
  });

  test('offers the words of an option that takes some', async () => {
    expect(await inBash('show', '--durability', '')).toEqual(['full', 'file', 'none']);
    expect(await inBash('show', '--durability', 'f')).toEqual(['full', 'file']);
  });

  test('offers files for arguments and values', async () => {
    expect(await inBash('show', '--config', 'scr')).toEqual(['script']);
    expect(await inBash('show', 'scr')).toEqual(['script']);
  });
});

test.skipIf(!hasZsh)('zsh accepts its script (skipped where zsh is not installed)', async () => {
  expect(
    await inShell('zsh', 'autoload -U compinit; compinit -u -D; source "$SCRIPT"; print $_comps[waybill-sample]'),
  ).toEqual(['_waybill_sample']);
});

test.skipIf(!hasFish)('fish offers flags from its script (skipped where fish is not installed)', async () => {
  const offered = await inShell('fish', 'source $SCRIPT; complete -C "waybill-sample show --dur"');
  expect(offered.join('\n')).toContain('--durability');
});

test('zsh and fish scripts hold every visible command and flag, quoted', () => {
  for (const shell of ['zsh', 'fish'] as const) {
    const script = completionScript(shell, { ...description, commands: description.commands.map(withQuote) });
    for (const word of ['show', 'require', 'durability', 'no-sync', 'full file none']) expect(script).toContain(word);
    for (const hidden of ['backdoor-port', 'reference', 'metrics-port']) expect(script).not.toContain(hidden);
    expect(script).toContain(shell === 'zsh' ? String.raw`it'\''s` : String.raw`it\'s`);
  }
});

function withQuote<T extends { description: string }>(command: T): T {
  return { ...command, description: `it's ${command.description}` };
}

test('the command prints the script, and refuses shells that it does not know', async () => {
  expect((await runSample(['completion', 'fish'])).stdout).toBe(completionScript('fish', description));
  const { code, stderr } = await runSample(['completion', 'csh']);
  expect(code).toBe(2);
  expect(stderr).toContain('expected one of bash, zsh, fish');
});
