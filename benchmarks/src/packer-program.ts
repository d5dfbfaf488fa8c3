import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { PACKER, script } from './paths.ts';
import { type CommandTimes, timeCommand } from './time-command.ts';

export interface PackerTimes extends CommandTimes {
  readonly peakBytes: number;
}

/**
 * Runs the built program by its first line, as its users do, and says how much memory it took at most.
 *
 * @throws {Error} where it fails
 */
export function timePacker(memoryFile: string, ...args: readonly string[]): PackerTimes {
  rmSync(memoryFile, { force: true });
  const times = timeCommand([PACKER, ...args], {
    PATH: [path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
    NODE_OPTIONS: `--import=${pathToFileURL(script('report-memory.mjs')).href}`,
    WAYBILL_BENCH_MEMORY: memoryFile,
  });
  return { ...times, peakBytes: Number(readFileSync(memoryFile, 'utf8')) };
}

/** The original: what `WAYBILL_BENCH_BAT` names, or `bat` of the PATH. Other programs have that name too, so it is asked. */
export function findBat(): string | undefined {
  const bat = process.env['WAYBILL_BENCH_BAT'] ?? 'bat';
  const { status, stdout } = spawnSync(bat, ['version'], { encoding: 'utf8' });
  return status === 0 && /^\d+\.\d+/.test(stdout) ? bat : undefined;
}

export const NO_BAT = 'BAT is not installed (WAYBILL_BENCH_BAT)';
