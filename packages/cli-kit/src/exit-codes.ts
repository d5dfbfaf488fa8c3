/** How every Waybill program ends. The numbers are part of the interface: scripts depend on them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  incomplete: 3,
  diskFull: 4,
  locked: 5,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What `--help` says about each. */
export const EXIT_MEANINGS: ReadonlyMap<ExitCode, string> = new Map([
  [EXIT.ok, 'all done; a service: drained after SIGTERM'],
  [EXIT.failed, 'failed'],
  [EXIT.usage, 'wrong use: unknown flag, bad value, bad config file'],
  [EXIT.incomplete, 'ended, but something is missing or wrong: the report says what'],
  [EXIT.diskFull, 'the disk is full'],
  [EXIT.locked, 'another process owns the folder, or writes the file'],
  [EXIT.interrupted, 'interrupted with Ctrl-C (SIGINT)'],
  [EXIT.brokenPipe, 'who read the output went away'],
  [EXIT.terminated, 'a job that SIGTERM ended'],
]);

/** For a program whose users know other numbers. */
export interface ProgramExitCodes {
  /** What stands for which code of `EXIT`. */
  readonly replaced: ReadonlyMap<ExitCode, number>;
  /** What its own numbers mean, for `--help`. */
  readonly meanings: ReadonlyMap<number, string>;
}

/** What the program ends with where others end with `code`. */
export function replacedExitCode(code: ExitCode, exitCodes: ProgramExitCodes | undefined): number {
  return exitCodes?.replaced.get(code) ?? code;
}

/** Numbers and what they mean, in order. */
export function exitMeanings(exitCodes: ProgramExitCodes | undefined): [code: number, meaning: string][] {
  if (exitCodes === undefined) return [...EXIT_MEANINGS];
  const shared = [...EXIT_MEANINGS].map(([code, meaning]): [number, string] => [
    replacedExitCode(code, exitCodes),
    meaning,
  ]);
  const meanings = new Map<number, string>([...shared, ...exitCodes.meanings]);
  return [...meanings].sort(([a], [b]) => a - b);
}

/** The one place where an error becomes an exit code. Errors are known by their `code`, so that no package is imported. */
export function exitCodeFor(error: unknown): ExitCode {
  switch ((error as { code?: unknown } | null | undefined)?.code) {
    case 'ERR_USAGE_INVALID':
    case 'ERR_CONFIG_INVALID':
      return EXIT.usage;
    case 'ERR_WORK_INCOMPLETE':
      return EXIT.incomplete;
    case 'ERR_DISK_FULL':
      return EXIT.diskFull;
    case 'ERR_DIRECTORY_LOCKED':
    case 'ERR_PARTIAL_FILE_BUSY':
      return EXIT.locked;
    case 'ERR_SIGNAL_RECEIVED':
      return signalExitCode((error as { signal?: unknown }).signal);
    case 'EPIPE':
      return EXIT.brokenPipe;
    default:
      return EXIT.failed;
  }
}

function signalExitCode(signal: unknown): ExitCode {
  if (signal === 'SIGINT') return EXIT.interrupted;
  return signal === 'SIGPIPE' ? EXIT.brokenPipe : EXIT.terminated;
}
