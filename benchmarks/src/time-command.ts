import { spawnSync } from 'node:child_process';

export interface CommandTimes {
  userSeconds: number;
  systemSeconds: number;
  wallSeconds: number;
  /** User and system together. */
  cpuSeconds: number;
  /** What the command printed. */
  stdout: string;
}

const FIGURES = /^times (\d+\.\d+) (\d+\.\d+) (\d+\.\d+)$/m;

/**
 * Runs a command as a whole process and takes its processor time from the shell's own accounting (`time` of bash, to the
 * millisecond, children that were waited for included).
 *
 * @throws {Error} where the command fails
 */
export function timeCommand(command: readonly string[], environment: NodeJS.ProcessEnv = {}): CommandTimes {
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='times %3U %3S %3R'; time "$@"`, 'bench', ...command],
    {
      encoding: 'utf8',
      env: { ...process.env, ...environment },
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const figures = FIGURES.exec(stderr);
  if (status !== 0 || figures === null)
    throw new Error(`${command.join(' ')} ended with ${status}: ${stderr.slice(-2000)}`);
  const [user = 0, system = 0, wall = 0] = figures.slice(1).map(Number);
  return { userSeconds: user, systemSeconds: system, wallSeconds: wall, cpuSeconds: user + system, stdout };
}
