import { WaybillError } from '@waybill/common';

/** Where backfilling begins: a fixed time, or a number of hours before now that moves along with the clock. */
export type BackfillStart = { readonly hoursAgo: number } | { readonly atMicros: number };

const HOUR_MICROS = 3_600_000_000;

/** The value of `--start` is neither a number of hours nor a date and time. */
export class BackfillStartInvalidError extends WaybillError {
  readonly text: string;

  constructor(text: string) {
    super(
      `Not a start: ${JSON.stringify(text)}. Give hours before now (336) or a UTC date and time (2026-05-01T12:00:00)`,
      {
        code: 'ERR_BACKFILL_START_INVALID',
        retryable: false,
      },
    );
    this.text = text;
  }
}

const HOURS = /^\d+(\.\d*)?$|^\.\d+$/;
/** Without a zone a time is UTC, as everywhere in wubloader (spec 1.2); with one, the zone is respected. */
const TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** `--start`: hours ago as a float, or a date and time (spec 1.4). Throws BackfillStartInvalidError. */
export const parseBackfillStart = (text: string): BackfillStart => {
  const trimmed = text.trim();
  if (HOURS.test(trimmed)) return { hoursAgo: Number(trimmed) };
  const match = TIME.exec(trimmed);
  if (match === null) throw new BackfillStartInvalidError(text);
  const atMicros = Date.parse(toIso(trimmed, match)) * 1000;
  if (Number.isNaN(atMicros)) throw new BackfillStartInvalidError(text);
  return { atMicros };
};

const toIso = (text: string, [, time, minutes, , , zone]: RegExpExecArray): string => {
  const local = zone === undefined ? text : text.slice(0, -zone.length);
  const full = time === undefined ? `${local}T00:00` : minutes === undefined ? `${local}:00` : local;
  return full.replace(' ', 'T') + (zone ?? 'Z');
};

/** The moment that is meant, as micros since the epoch. */
export const microsOf = (start: BackfillStart, nowMicros: number): number =>
  'atMicros' in start ? start.atMicros : nowMicros - start.hoursAgo * HOUR_MICROS;

/** The first hour that is looked at, as micros since the epoch; -Infinity where all are. */
export const firstHourMicros = (start: BackfillStart | undefined, nowMicros: number): number => {
  if (start === undefined) return -Infinity;
  return Math.floor(microsOf(start, nowMicros) / HOUR_MICROS) * HOUR_MICROS;
};
