import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CAR_EXPORTER, script } from './paths.ts';
import { timeCommand } from './time-command.ts';

/** Node for scripts of this folder, from the sources. */
export const NODE = [process.execPath, '--conditions=@waybill/source'];
export const PARTS = ['--messages', '--receipts', '--stateroots'];
/** Without a checksum of the file, and unsynced: the floors do neither. */
export const PLAIN = ['--durability', 'none', '--no-checksum'];
export const ONE_ARENA = { MALLOC_ARENA_MAX: '1' };

export function carExporter(...args: string[]): string[] {
  return [process.execPath, ...CAR_EXPORTER, ...args, '--quiet'];
}

/** Makes a chain as a CAR; gives its blocks. */
export function makeChain(size: string, file: string): number {
  return Number(timeCommand([...NODE, script('make-chain.ts'), size, file]).stdout);
}

/** Peaks in bytes: what the program has asked for, and what of its files is mapped. */
export interface MemoryPeaks {
  readonly anonymous: number;
  readonly mapped: number;
}

/** A run of its own: looking takes time. */
export function memoryOf(command: readonly string[], folder: string): MemoryPeaks {
  const file = path.join(folder, 'memory.json');
  timeCommand([process.execPath, script('sample-memory.mjs'), file, ...command], ONE_ARENA);
  return JSON.parse(readFileSync(file, 'utf8')) as MemoryPeaks;
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
