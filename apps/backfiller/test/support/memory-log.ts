import type { RemoteLog } from '../../src/remote/remote-log.ts';

export interface MemoryLogLine {
  readonly level: 'info' | 'warn';
  readonly fields: object;
  readonly message: string;
}

export interface MemoryLog extends RemoteLog {
  readonly lines: readonly MemoryLogLine[];
}

/** Keeps what is logged, for tests. */
export const createMemoryLog = (): MemoryLog => {
  const lines: MemoryLogLine[] = [];
  return {
    lines,
    info: (fields, message) => lines.push({ level: 'info', fields, message }),
    warn: (fields, message) => lines.push({ level: 'warn', fields, message }),
  };
};
