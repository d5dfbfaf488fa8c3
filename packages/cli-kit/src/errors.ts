import { WaybillError } from '@waybill/common';

/** The command line asks for something that does not exist. */
export class UsageInvalidError extends WaybillError {
  constructor(message: string) {
    super(message, { code: 'ERR_USAGE_INVALID', retryable: false });
  }
}

/** One thing that is wrong with the configuration. */
export interface ConfigIssue {
  /** The option as on the command line, or the file. */
  readonly what: string;
  /** What is wrong and where it came from. */
  readonly problem: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Values from flags, environment or file do not fit. All that is wrong is in `issues`, not only the first. */
export class ConfigInvalidError extends WaybillError {
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    const lines = issues.map(({ what, problem, remedy }) => `${what}: ${problem}. ${remedy}`);
    const message = lines.length === 1 ? lines.join('') : [`${lines.length} settings are wrong`, ...lines].join('\n  ');
    super(message, { code: 'ERR_CONFIG_INVALID', retryable: false });
    this.issues = issues;
  }
}

/** The work ended, but something is missing or wrong: exit code 3, so that scripts see it. */
export class WorkIncompleteError extends WaybillError {
  constructor(message: string) {
    super(message, { code: 'ERR_WORK_INCOMPLETE', retryable: true });
  }
}

/** The reason of the signal that `runMain` hands down. `SIGPIPE` stands for a closed standard output. */
export class SignalReceivedError extends WaybillError {
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGPIPE';

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGPIPE') {
    super(`ended by ${signal}`, { code: 'ERR_SIGNAL_RECEIVED', retryable: false });
    this.signal = signal;
  }
}
