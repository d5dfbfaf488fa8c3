// Reads the hour directories below QUALITY_DIR and chooses the best sequence of all of them: cold, then cached.
// node best-sequence.ts QUALITY_DIR  → JSON {cold, cached, segments}, processor seconds
import { readdirSync } from 'node:fs';
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
  readonly names: readonly string[];
  readonly sequence: HourSequence;
}

const cache = new Map<string, CachedHour>();

/** As the original does it: the directory is listed each time, and what was made of it is kept as long as the names are the same. */
function sequenceOf(hour: string): HourSequence {
  const names = readdirSync(path.join(quality, hour)).sort();
  const known = cache.get(hour);
  if (
    known !== undefined &&
    known.names.length === names.length &&
    known.names.every((name, index) => name === names[index])
  )
    return known.sequence;
  const sequence = bestOfHour(hour, names, {});
  cache.set(hour, { names, sequence });
  return sequence;
}

const hours = readdirSync(quality).sort();
const start = parseHour(hours[0] ?? '');
const end = parseHour(hours.at(-1) ?? '') + HOUR_MICROS;
const choose = (): readonly unknown[] => joinHours(hours.map(sequenceOf), start, end);
const cold = timed(choose);
const cached = timed(choose);
console.log(
  JSON.stringify({
    cold: cold.seconds,
    cached: cached.seconds,
    segments: cold.result.filter((segment) => segment !== null).length,
  }),
);
