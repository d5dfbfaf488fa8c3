import { createCli } from '../../src/cli.ts';

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function runCli(argv: readonly string[], signal = new AbortController().signal): Promise<CliRun> {
  const [stdout, stderr] = [[] as string[], [] as string[]];
  const stream = (lines: string[]) => ({ write: (text: string) => lines.push(text) > 0 });
  const program = createCli({ env: {}, stdout: stream(stdout), stderr: stream(stderr) });
  const code = await program.run(signal, argv);
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}

/** The last line of standard output, as JSON. */
export function resultOf({ stdout }: CliRun): unknown {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? 'null') as unknown;
}
