import { isErrnoException } from './is-errno-exception.ts';
import { processStat } from './process-stat.ts';
import { parseTempMark, tempMark } from './temp-mark.ts';

/** `unknown`: made on another machine, before a reboot, in another container, or by a process that we cannot look at. */
export type TempOwner = 'alive' | 'gone' | 'unknown';

/** Whether the process that made a temp file still runs. A text that is no mark of ours has an `unknown` owner. */
export function isTempOwnerAlive(mark: string): TempOwner {
  const own = tempMark();
  if (mark === own) return 'alive';
  const owner = parseTempMark(mark);
  if (owner === undefined || owner.place !== parseTempMark(own)?.place) return 'unknown';
  if (!processExists(owner.pid)) return 'gone';
  const found = processStat(owner.pid);
  // Without a start time this may be the owner or a later process with its pid: only the age can tell.
  if (found === undefined || owner.startTicks === 0) return 'unknown';
  return !found.ended && found.startTicks === owner.startTicks ? 'alive' : 'gone';
}

/** Also true for a process of another user, which we may not signal. */
function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrnoException(error, 'ESRCH');
  }
}
