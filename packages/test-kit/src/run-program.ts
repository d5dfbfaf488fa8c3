import { execFile } from 'node:child_process';

export interface ProgramResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunProgramOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** It is killed afterwards; default 60,000. */
  timeoutMs?: number;
}

/** Runs a program to its end. `undefined` when it is not installed; rejects on nothing else, a failure is in the result. */
export function runProgram(
  file: string,
  args: readonly string[] = [],
  { cwd, env, timeoutMs = 60_000 }: RunProgramOptions = {},
): Promise<ProgramResult | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, maxBuffer: 256 * 1024 * 1024, encoding: 'utf8', cwd, env } as const;
    execFile(file, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      const missing = error?.code === 'ENOENT';
      resolve(missing ? undefined : { code, signal: error?.signal ?? null, stdout, stderr });
    });
  });
}
