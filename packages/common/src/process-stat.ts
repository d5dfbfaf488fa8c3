import { readFileSync } from 'node:fs';

export interface ProcessStat {
  /** It has ended, and is only kept until its parent asks how. */
  readonly ended: boolean;
  /** When it started, in clock ticks since boot. */
  readonly startTicks: number;
}

/** Where the fields of /proc/PID/stat are, counted from after the name in parentheses (proc_pid_stat(5): fields 3 and 22). */
const STATE_FIELD = 0;
const START_FIELD = 19;

/** `undefined` where the system does not say: not Linux, no such process, or one that we may not look at. */
export function processStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name may contain spaces and parentheses; the last one ends it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[STATE_FIELD] ?? '';
  return { ended: state === 'Z' || state === 'X', startTicks: Number(fields[START_FIELD]) };
}
