import { errnoError } from './errno-error.ts';

type Call = (...args: never[]) => unknown;

/** By name of the call: a system error to fail with, or another function. Both are asked at each call. */
export type CallFaults<T> = { [K in keyof T]?: string | T[K] | undefined };

export interface RecordedCalls<T> {
  /** To be used in the place of the original. */
  readonly operations: T;
  /** The names of the calls that were made, in order, failed ones included. */
  readonly names: string[];
}

/** Wraps a record of functions (system calls, say): notes each call, and lets some of them fail. */
export function recordCalls<T extends object>(original: T, faults: CallFaults<T> = {}): RecordedCalls<T> {
  const names: string[] = [];
  const wrapped = Object.entries(original as Record<string, Call>).map(([name, call]) => {
    const run = (...args: never[]): unknown => {
      names.push(name);
      const fault = (faults as Record<string, string | Call | undefined>)[name];
      if (typeof fault === 'string') throw errnoError(fault, name);
      return (fault ?? call)(...args);
    };
    return [name, run] as const;
  });
  return { operations: Object.fromEntries(wrapped) as T, names };
}
