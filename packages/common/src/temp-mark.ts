import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { processStat } from './process-stat.ts';

/**
 * Who made a temp file. As text `PLACEpPIDsSTART`, letters and digits only:
 *
 *     3f09ab12cd34 p 1234 s 567890
 *     12 hex digits: in which boot of which machine, and in which pid namespace (container), the pid means something
 *                    pid
 *                           when the process started, in clock ticks since boot, so that a reused pid is recognised; 0 = unknown
 */
export interface TempMark {
  readonly place: string;
  readonly pid: number;
  readonly startTicks: number;
}

const MARK = /^([0-9a-f]{12})p([1-9][0-9]{0,9})s([0-9]{1,15})$/;

let ownMark: string | undefined;

/** This process's mark; the same for its whole life and in all its threads. */
export function tempMark(): string {
  ownMark ??= formatTempMark({
    place: ownPlace(),
    pid: process.pid,
    startTicks: processStat(process.pid)?.startTicks ?? 0,
  });
  return ownMark;
}

export function formatTempMark({ place, pid, startTicks }: TempMark): string {
  return `${place}p${pid}s${startTicks}`;
}

/** `undefined` for everything that is no mark of ours. */
export function parseTempMark(text: string): TempMark | undefined {
  const [, place, pid, startTicks] = MARK.exec(text) ?? [];
  if (place === undefined || pid === undefined || startTicks === undefined) return undefined;
  return { place, pid: Number(pid), startTicks: Number(startTicks) };
}

/** A boot id is random for each boot of each machine. Where there is none, the host's name has to do. */
function ownPlace(): string {
  const boot = readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(), `host ${hostname()}`);
  const pidNamespace = readOr(() => readlinkSync('/proc/self/ns/pid'), process.platform);
  return createHash('sha256').update(`${boot}\n${pidNamespace}`).digest('hex').slice(0, 12);
}

function readOr(read: () => string, fallback: string): string {
  try {
    return read();
  } catch {
    return fallback;
  }
}
