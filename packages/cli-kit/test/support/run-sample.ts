import { createProgram } from '../../src/index.ts';
import type { ProgramDeclaration } from '../../src/index.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { sampleProgram } from './sample-program.ts';

export interface SampleRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function runSample(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  declaration: ProgramDeclaration = sampleProgram,
): Promise<SampleRun> {
  const stdout = fakeTerminal();
  const stderr = fakeTerminal();
  const { run } = createProgram(declaration, { env, stdout, stderr });
  const code = await run(new AbortController().signal, argv);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
