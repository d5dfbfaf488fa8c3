import { readFileSync } from 'node:fs';

/** The most memory that a running process has held, in bytes; `undefined` where the system does not tell. */
export const peakMemoryBytes = (pid: number): number | undefined => {
  if (process.platform !== 'linux') return undefined;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
};
