import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AbortOptions } from '@waybill/common';
import { isErrnoException } from '@waybill/common';
import { FfmpegFailedError, FfmpegMissingError } from './ffmpeg-errors.ts';
import { saidTail } from './said-tail.ts';

/** Makes the bytes of an input. The signal fires when ffmpeg wants no more of them. */
export type FfmpegInput = (signal: AbortSignal) => AsyncIterable<Uint8Array>;

interface FfmpegCall extends AbortOptions {
  readonly program: string;
  /** Without the program. Inputs are named by `inputUrl`; the output is `pipe:1`. */
  readonly args: readonly string[];
  /** In the order of `inputUrl`. */
  readonly inputs: readonly FfmpegInput[];
}

/** Where ffmpeg reads an input: the first on standard input, the others on descriptors from 3 on. */
export function inputUrl(index: number): string {
  return `pipe:${(index === 0 ? 0 : index + 2).toString()}`;
}

/** Said with every call. */
const COMMON_ARGS = ['-hide_banner', '-nostdin', '-loglevel', 'error'];
/** What happens to an input whose reader has enough. */
const READER_LEFT = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR', 'ERR_STREAM_DESTROYED'];

/**
 * Runs ffmpeg, feeds it by pipes and gives what it writes: no faster than it is read, and reading no faster than it takes.
 * It is a process group of its own, which is killed when the signal fires, when the output is left, and on every error.
 * Throws FfmpegMissingError, FfmpegFailedError, what an input throws, the signal's reason. Where it throws, what came
 * before is not the whole.
 */
export async function* runFfmpeg(call: FfmpegCall): AsyncGenerator<Uint8Array, void, undefined> {
  const { program, args, inputs, signal } = call;
  signal?.throwIfAborted();
  const child = await startGroup(program, args, inputs.length);
  const stop = new AbortController();
  const end = (): void => {
    stop.abort();
    killGroup(child);
  };
  signal?.addEventListener('abort', end, { once: true });
  // It may have fired while the program was being started.
  if (signal?.aborted === true) end();
  const said = saidTail(child.stderr as Readable);
  const closed = once(child, 'close') as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  const fed = inputs.map((input, index) => feed(child, index, input, stop.signal));
  try {
    for await (const chunk of child.stdout as Readable) yield chunk as Uint8Array;
    const [exitCode, killedBy] = await closed;
    signal?.throwIfAborted();
    // It takes an input that broke off for one that ended.
    const failures = (await settle(fed, stop)).filter((error) => !isReaderLeft(error));
    if (failures.length > 0) throw failures[0];
    if (exitCode !== 0) throw new FfmpegFailedError({ exitCode, signal: killedBy, said: said() });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', end);
    end();
    await closed;
    await Promise.all(fed);
  }
}

async function startGroup(program: string, args: readonly string[], inputs: number): Promise<ChildProcess> {
  const more = Array.from({ length: Math.max(0, inputs - 1) }, () => 'pipe' as const);
  const child = spawn(program, [...COMMON_ARGS, ...args], {
    stdio: [inputs > 0 ? 'pipe' : 'ignore', 'pipe', 'pipe', ...more],
    detached: true,
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new FfmpegMissingError(program, error);
  }
  return child;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (!isErrnoException(error, 'ESRCH')) throw error;
  }
}

/** Resolves to what went wrong, or to undefined. */
async function feed(child: ChildProcess, index: number, input: FfmpegInput, signal: AbortSignal): Promise<unknown> {
  const sink = child.stdio[index === 0 ? 0 : index + 2] as Writable;
  // Its error comes through the pipeline; this is for one that comes after the pipeline has ended.
  sink.on('error', () => undefined);
  try {
    await pipeline(input(signal), sink, { signal });
    return undefined;
  } catch (error) {
    return error;
  }
}

/** ffmpeg has ended: inputs that still go on are of no use. */
async function settle(fed: readonly Promise<unknown>[], stop: AbortController): Promise<unknown[]> {
  const turn = Symbol('still going on');
  const soon = new Promise<typeof turn>((resolve) => setImmediate(resolve, turn));
  const ended = await Promise.race([Promise.all(fed), soon]);
  if (ended === turn) stop.abort();
  return (await Promise.all(fed)).filter((error) => error !== undefined);
}

function isReaderLeft(error: unknown): boolean {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return name === 'AbortError' || READER_LEFT.includes(String(code));
}
