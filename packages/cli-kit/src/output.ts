import { maskUserInfo } from '@waybill/common';
import { ProgressReporter } from './progress.ts';
import type { Progress, ProgressInit } from './progress.ts';
import { systemErrorText } from './system-error-text.ts';
import { formatTable } from './table.ts';
import type { TableRow } from './table.ts';
import { paint, printable, useColor } from './terminal.ts';
import type { Style, TerminalStream } from './terminal.ts';

export interface OutputInit {
  /** Results as JSON instead of text. Default false. */
  json?: boolean | undefined;
  /** Only results, warnings and errors. Default false. */
  quiet?: boolean | undefined;
  /** Details too. Default false. */
  verbose?: boolean | undefined;
  /** For results. Default: process.stdout. */
  stdout?: TerminalStream | undefined;
  /** For everything else. Default: process.stderr. */
  stderr?: TerminalStream | undefined;
  /** For NO_COLOR and FORCE_COLOR. Default: process.env. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Milliseconds, monotonic. Default: performance.now. */
  now?: (() => number) | undefined;
}

/** Results go to standard output, everything else to standard error, so that results can be piped. */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /**
   * The result of the command: one JSON line with `--json`; else what `text` returns, or rows as a table,
   * a text as it is, other values as indented JSON.
   */
  result(data: unknown, text?: () => string): void;
  /** Not shown with `--quiet`. */
  info(message: string): void;
  /** Only shown with `--verbose`. */
  detail(message: string): void;
  warn(message: string): void;
  /** A failed system call is put into words. With `--verbose`, the stack and the causes too. */
  error(error: unknown): void;
  /** Nothing with `--quiet`. Must be ended. */
  progress(init: ProgressInit): Progress;
}

const NO_PROGRESS: Progress = { advance: nothing, set: nothing, setTotal: nothing, end: nothing };

export function createOutput(init: OutputInit = {}): Output {
  const { json = false, quiet = false, verbose = false, env = process.env, now = () => performance.now() } = init;
  const { stdout = process.stdout, stderr = process.stderr } = init;
  const color = useColor(stderr, env);
  const bars = new Set<ProgressReporter>();
  const clearBars = (): void => {
    for (const bar of bars) bar.clear();
  };
  const say = (prefix: string, style: Style | undefined, message: string): void => {
    clearBars();
    const text = printable(maskUserInfo(message));
    const painted = style === undefined ? '' : `${paint(`${prefix}:`, style, color)} `;
    stderr.write(`${painted}${text}\n`);
  };
  return {
    json,
    quiet,
    verbose,
    result(data, text) {
      if (stdout.isTTY === true) clearBars();
      stdout.write(
        json ? `${JSON.stringify(data ?? null)}\n` : withNewline(text === undefined ? textOf(data) : text()),
      );
    },
    info(message) {
      if (!quiet) say('', undefined, message);
    },
    detail(message) {
      if (verbose) say('', undefined, message);
    },
    warn(message) {
      say('warning', 'yellow', message);
    },
    error(error) {
      if (json) stderr.write(`${JSON.stringify({ error: errorRecord(error) })}\n`);
      else say('error', 'red', errorText(error, verbose));
    },
    progress(progressInit) {
      if (quiet) return NO_PROGRESS;
      const bar = new ProgressReporter(progressInit, { stream: stderr, now }, () => bars.delete(bar));
      bars.add(bar);
      return bar;
    },
  };
}

function textOf(data: unknown): string {
  if (typeof data === 'string') return printable(data);
  if (Array.isArray(data) && data.every(isRow)) return formatTable(data);
  return JSON.stringify(data ?? null, undefined, 2);
}

function isRow(item: unknown): item is TableRow {
  return typeof item === 'object' && item !== null && !Array.isArray(item);
}

function withNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function errorRecord(error: unknown): { code: string | null; message: string } {
  const { code } = (error ?? {}) as { code?: unknown };
  return { code: typeof code === 'string' ? code : null, message: maskUserInfo(messageOf(error)) };
}

function errorText(error: unknown, verbose: boolean): string {
  if (!verbose || !(error instanceof Error)) return messageOf(error);
  const sentence = systemErrorText(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${errorText(error.cause, true)}`;
  return `${sentence === undefined ? '' : `${sentence}\n`}${error.stack ?? error.message}${cause}`;
}

function messageOf(error: unknown): string {
  return systemErrorText(error) ?? (error instanceof Error ? error.message : String(error));
}

function nothing(): void {
  // Quiet programs show no progress.
}
