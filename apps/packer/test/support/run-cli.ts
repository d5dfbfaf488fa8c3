import { createCli } from '../../src/cli.ts';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process. */
export async function runCli(argv: readonly string[], signal = new AbortController().signal): Promise<Ran> {
  const text = { out: '', err: '' };
  const stdout = { write: (part: string) => ((text.out += part), true) };
  const stderr = { write: (part: string) => ((text.err += part), true) };
  const code = await createCli({ env: {}, stdout, stderr }).run(signal, argv);
  return { code, stdout: text.out, stderr: text.err };
}

export interface JsonRun<T> {
  code: number;
  result: T;
  stderr: string;
}

/** The same with `--json`; nothing is remembered between two runs. */
export async function runJson(...argv: string[]): Promise<JsonRun<unknown>> {
  const { code, stdout, stderr } = await runCli([...argv, '--json']);
  return { code, result: JSON.parse(stdout === '' ? 'null' : stdout) as unknown, stderr };
}
