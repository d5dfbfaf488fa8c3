import { MICROS_PER_SECOND } from './calendar.ts';
import { formatPythonFloat } from './python-float.ts';

/** The longest that a Python timedelta holds: 999,999,999 days and a day less one micro. */
const MAX_TIMEDELTA_SECONDS = 86_400 * 1_000_000_000;

/** The text a Python downloader writes for a duration: `2.0`, `1.967`, `1e-05`. Exact up to 2^32 s. */
export function formatDuration(micros: number): string {
  return formatPythonFloat(micros / MICROS_PER_SECOND);
}

/**
 * Whole micros of a duration in seconds (0 or more), rounded as Python's timedelta(seconds=…) rounds: half to even, judged
 * on the fraction of the second. Above 2^53 micros (285 years) the nearest number. Undefined for what no timedelta holds.
 */
export function microsOfSeconds(seconds: number): number | undefined {
  if (!(seconds >= 0 && seconds < MAX_TIMEDELTA_SECONDS)) return undefined;
  const whole = Math.trunc(seconds);
  const fraction = (seconds - whole) * MICROS_PER_SECOND;
  const wholeMicros = whole * MICROS_PER_SECOND + Math.trunc(fraction);
  const rest = fraction - Math.trunc(fraction);
  const roundsUp = rest === 0.5 ? wholeMicros % 2 === 1 : rest > 0.5;
  return roundsUp ? wholeMicros + 1 : wholeMicros;
}
