import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { AbortOptions } from '@waybill/common';
import { FfmpegMissingError } from './ffmpeg-errors.ts';

const execFileAsync = promisify(execFile);
/** Saying its version takes 50 ms; on a disk that just woke up, seconds. */
const TIMEOUT_MS = 20_000;

/** Found once, a program is taken to stay; one that was missing may have been installed since. */
const found = new Set<string>();

/** Looks whether ffmpeg can be run, so that its absence is known before an answer begins. Throws FfmpegMissingError. */
export async function requireFfmpeg(program: string, { signal }: AbortOptions = {}): Promise<void> {
  if (found.has(program)) return;
  try {
    await execFileAsync(program, ['-version'], { timeout: TIMEOUT_MS, ...(signal !== undefined && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new FfmpegMissingError(program, error);
  }
  found.add(program);
}
