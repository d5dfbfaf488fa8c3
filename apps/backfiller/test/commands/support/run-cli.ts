import { createCli } from '../../../src/cli.ts';

export interface CliEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. What the log writes goes to the real standard error. */
export const runCli = async (args: readonly string[], env: Record<string, string> = {}): Promise<CliEnd> => {
  const written = { stdout: '', stderr: '' };
  const into = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
      return true;
    },
  });
  const cli = createCli({ env, stdout: into('stdout'), stderr: into('stderr') });
  const code = await cli.run(new AbortController().signal, args);
  return { code, ...written };
};
