import { z } from 'zod';

/** In which notation an option is written; kept beside its schema. */
const NOTATIONS = z.registry<{ readonly notation: 'bytes' | 'duration' }>();

/** Marks a schema whose values are shown as `20M` or `2m` wherever a person reads them. */
export function withNotation<S extends z.ZodType>(schema: S, notation: 'bytes' | 'duration'): S {
  NOTATIONS.add(schema, { notation });
  return schema;
}

const BYTES: readonly (readonly [string, number])[] = [
  ['T', 1024 ** 4],
  ['G', 1024 ** 3],
  ['M', 1024 ** 2],
  ['k', 1024],
];

const DURATIONS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** `256M`, `2m`: a value as it is written to set it, so that what is shown can be given back. Others stay as they are. */
export function valueText(schema: z.ZodType, value: unknown): unknown {
  const notation = NOTATIONS.get(schema)?.notation;
  if (notation === undefined || typeof value !== 'number' || value === 0) return value;
  const unit = (notation === 'bytes' ? BYTES : DURATIONS).find(([, size]) => value % size === 0);
  if (unit !== undefined) return `${value / unit[1]}${unit[0]}`;
  return notation === 'bytes' ? value : `${value}ms`;
}
