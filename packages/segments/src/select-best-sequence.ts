import type { HourSequence } from './best-of-hour.ts';
import { selectionHours } from './hour-range.ts';
import type { SelectionOptions } from './join-hours.ts';
import { joinHours } from './join-hours.ts';
import type { Sequence } from './sequence-builder.ts';

/**
 * The best sequence for [startMicros, endMicros), asking `source` for each hour it needs, from the hour before the start
 * through the hour of the end. `source` answers from a cache, or with bestOfHour; undefined where the hour is absent.
 * Throws HoleFoundError where holes are not allowed, HourInvalidError outside the years 1 to 9999.
 */
export function selectBestSequence(
  source: (hour: string) => HourSequence | undefined,
  startMicros: number,
  endMicros: number,
  options: SelectionOptions = {},
): Sequence {
  const hours = selectionHours(startMicros, endMicros).map(source);
  return joinHours(
    hours.filter((hour) => hour !== undefined),
    startMicros,
    endMicros,
    options,
  );
}
