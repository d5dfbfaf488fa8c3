import { z } from 'zod';
import { withNotation } from './value-text.ts';

/** Whether a schema makes a list, so that a flag may be given more than once. */
export function isListSchema(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodArray || (schema instanceof z.ZodPipe && isListSchema(schema.out));
}

interface Range {
  min?: number;
  max?: number;
}

/**
 * Schemas for options. Each takes the text of a flag or a variable as well as the JSON value of a config file,
 * and says in its message what it expects.
 */
export const values = {
  /** Any text that is not empty. */
  text: () => z.string('expected a text').min(1, 'expected a text that is not empty'),

  /** A whole number. */
  integer: ({ min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: Range = {}) => {
    const message = `expected a whole number${rangeText({ min, max })}`;
    return z.preprocess(numberOf, z.int(message).min(min, message).max(max, message));
  },

  /** A number, with a fraction or without. */
  decimal: ({ min = -Number.MAX_VALUE, max = Number.MAX_VALUE }: Range = {}) => {
    const message = `expected a number${rangeText({ min, max })}`;
    return z.preprocess(numberOf, z.number(message).min(min, message).max(max, message));
  },

  /** A switch. Texts: true, yes, on, 1 or false, no, off, 0, in any case. */
  toggle: () => z.preprocess(booleanOf, z.boolean('expected true or false')),

  /** One of these words. */
  oneOf: <const W extends readonly [string, ...string[]]>(words: W) =>
    z.enum(words, `expected one of ${words.join(', ')}`),

  /** `a,b,c`, or a JSON array. Blanks around items and empty items are dropped. */
  list: <S extends z.ZodType>(item: S) => z.preprocess(listOf, z.array(item, 'expected a comma-separated list')),

  /** An http or https URL. */
  url: () => z.url({ protocol: /^https?$/, message: 'expected a URL that starts with http:// or https://' }),

  /** `10`, `512k`, `20M`, `1.5G`, `2T` (powers of 1024), as a number of bytes. */
  bytes: () =>
    withNotation(z.preprocess(bytesOf, z.int('expected a number of bytes such as 512k, 20M or 1.5G').min(0)), 'bytes'),

  /** `250ms`, `30s`, `5m`, `2h`, `14d` or a bare number of seconds, as milliseconds. */
  duration: () =>
    withNotation(
      z.preprocess(durationOf, z.number('expected a duration such as 250ms, 30s, 5m, 2h or 14d').min(0)),
      'duration',
    ),
};

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function numberOf(input: unknown): unknown {
  return typeof input === 'string' && NUMBER.test(input.trim()) ? Number(input) : input;
}

const TRUE: ReadonlySet<string> = new Set(['true', 'yes', 'on', '1']);
const FALSE: ReadonlySet<string> = new Set(['false', 'no', 'off', '0']);

function booleanOf(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  const word = input.trim().toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : input;
}

function listOf(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  return input
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

const BYTE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

function bytesOf(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(input.trim()) ?? [];
  if (amount === undefined) return input;
  return unit === '' ? Number(amount) : Math.round(Number(amount) * (BYTE_UNITS[unit.toLowerCase()] ?? NaN));
}

const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A bare number is seconds, from a flag and from a file alike. */
function durationOf(input: unknown): unknown {
  if (typeof input === 'number') return input * 1000;
  if (typeof input !== 'string') return input;
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(input.trim()) ?? [];
  return amount === undefined ? input : Number(amount) * (TIME_UNITS[unit] ?? NaN);
}

function rangeText({ min, max }: Required<Range>): string {
  const hasMin = min > Number.MIN_SAFE_INTEGER;
  const hasMax = max < Number.MAX_SAFE_INTEGER;
  if (hasMin && hasMax) return ` from ${min} to ${max}`;
  if (hasMin) return ` of at least ${min}`;
  return hasMax ? ` of at most ${max}` : '';
}
