import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, spawnChild, temporaryDirectory, waitFor } from '@waybill/test-kit';
import type { BackfillReport } from '../../../src/backfill/report/backfill-report.ts';
import { parseMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';

export const MAIN = new URL('../../../src/main.ts', import.meta.url);

/** A line that the program logged, or `msg` alone where it is not JSON. */
export interface LogLine {
  readonly level?: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly logs: readonly LogLine[];
}

/** The program as a process of its own. Disposing it kills it. */
export interface Backfiller extends AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<Ended>;
  /** What it has logged so far. */
  logs(): LogLine[];
  kill(signal?: NodeJS.Signals): void;
  /** Resolves with the first line of its result. */
  result(): Promise<Readonly<Record<string, unknown>>>;
}

const parseLine = (line: string): LogLine => {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { msg: line };
  }
};

/** Starts `backfiller ARGS --json`. Its log goes to a file, so that it can be read while the program runs. */
export const startBackfiller = async (args: readonly string[]): Promise<Backfiller> => {
  const place = await temporaryDirectory();
  const logFile = path.join(place.path, 'log');
  // It is there from the start: who reads the log may be faster than the shell.
  writeFileSync(logFile, '');
  const wrapper = ['sh', '-c', 'exec "$@" 2>"$0"', logFile];
  // With the flag of the program's first line, as its users run it.
  const child = await spawnChild(MAIN, [...args, '--json'], { wrapper, nodeFlags: ['--max-semi-space-size=4'] });
  const logs = (): LogLine[] => readFileSync(logFile, 'utf8').split('\n').filter(Boolean).map(parseLine);
  const exited = child.exited.then(({ code, signal, stdout }) => ({ code, signal, stdout, logs: logs() }));
  const lines = child.lines[Symbol.asyncIterator]();
  return {
    pid: child.pid,
    exited,
    logs,
    kill: (signal = 'SIGKILL') => void child.kill(signal),
    async result() {
      const next = await lines.next();
      if (next.done === true) throw new Error(`no result; it logged ${JSON.stringify(logs(), undefined, 1)}`);
      return JSON.parse(next.value) as Record<string, unknown>;
    },
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await exited;
      await place[Symbol.asyncDispose]();
    },
  };
};

export interface PassEnd extends Ended {
  readonly report: BackfillReport;
}

/** `backfill --run-once` to its end. */
export const runOnce = async (
  base: string,
  nodes: readonly string[],
  args: readonly string[] = [],
): Promise<PassEnd> => {
  await using child = await startBackfiller([...passArgs(base, nodes, args), '--run-once']);
  return await passEnd(child);
};

/** The end of a process that was started with `--run-once`. */
export const passEnd = async (child: Backfiller): Promise<PassEnd> => {
  const ended = await child.exited;
  if (ended.stdout === '') throw new Error(`no report; it logged ${JSON.stringify(ended.logs, undefined, 1)}`);
  return { ...ended, report: JSON.parse(ended.stdout) as BackfillReport };
};

/** Channel `demo` from these nodes, unless `args` name others first. */
export const passArgs = (base: string, nodes: readonly string[], args: readonly string[] = []): string[] => {
  const channels = args[0]?.startsWith('--') === false ? [] : ['demo'];
  const staticNodes = nodes.length === 0 ? [] : ['--static-nodes', nodes.join(',')];
  return ['backfill', ...channels, ...args, '--base-dir', base, ...staticNodes];
};

export interface Service extends Backfiller {
  readonly url: string;
  metrics(): Promise<Metrics>;
}

const readMetrics = async (url: string): Promise<Metrics> => parseMetrics(await (await fetch(`${url}/metrics`)).text());

/** `backfill` without `--run-once`, with its metrics. */
export const startPasses = async (
  base: string,
  nodes: readonly string[],
  args: readonly string[] = [],
): Promise<Service> => {
  const port = await freePort();
  const place = ['--metrics-host', '127.0.0.1', '--metrics-port', String(port)];
  const child = await startBackfiller([...passArgs(base, nodes, args), ...place]);
  const url = `http://127.0.0.1:${port}`;
  await waitFor(
    () =>
      fetch(`${url}/livez`).then(
        ({ ok }) => ok,
        () => false,
      ),
    { timeoutMs: 60_000, what: 'the start' },
  );
  return { ...child, url, metrics: () => readMetrics(url) };
};

/** `serve`, on a port of its own unless one is given. */
export const startServe = async (base: string, { port = 0 }: { port?: number } = {}): Promise<Service> =>
  await listening(await startBackfiller(['serve', '--base-dir', base, '--host', '127.0.0.1', '--port', String(port)]));

/** A program that serves, once it listens. */
export const listening = async (child: Backfiller): Promise<Service> => {
  const url = String((await child.result())['url']);
  return { ...child, url, metrics: () => readMetrics(url) };
};
