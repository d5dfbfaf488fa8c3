// Reads the hour directories below QUALITY_DIR and chooses the best sequence of all of them: cold, then again: the fifth time counts.
// node best-sequence.ts QUALITY_DIR  → JSON {cold, cached, segments}, processor seconds
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { bestOfHour, joinHours, parseHour, type HourSequence } from '@waybill/segments';

const [quality = '.'] = process.argv.slice(2);
const HOUR_MICROS = 3_600_000_000;

function timed<T>(work: () => T): { seconds: number; result: T } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, result };
}

interface CachedHour {
  readonly changedNs: bigint;
  readonly sequence: HourSequence;
}

const cache = new Map<string, CachedHour>();

/** As the program does it: a directory is read again when its time of change is another one. (The original reads it each time.) */
function sequenceOf(hour: string): HourSequence {
  const directory = path.join(quality, hour);
  const { ctimeNs: changedNs } = statSync(directory, { bigint: true });
  const known = cache.get(hour);
  if (known?.changedNs === changedNs) return known.sequence;
  const sequence = bestOfHour(hour, readdirSync(directory), {});
  cache.set(hour, { changedNs, sequence });
  return sequence;
}

const hours = readdirSync(quality).sort();
const start = parseHour(hours[0] ?? '');
const end = parseHour(hours.at(-1) ?? '') + HOUR_MICROS;
const choose = (): readonly unknown[] => joinHours(hours.map(sequenceOf), start, end);
const cold = timed(choose);
const repeated = Array.from({ length: 5 }, () => timed(choose));
console.log(
  JSON.stringify({
    cold: cold.seconds,
    cached: repeated.at(-1)?.seconds,
    segments: cold.result.filter((segment) => segment !== null).length,
  }),
);
