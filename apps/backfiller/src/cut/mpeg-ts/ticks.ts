/*
 * Timestamps count ticks of 90 kHz in 33 bits, and begin at 0 again after 26.5 hours. 33 bits are too many for the bit
 * operators, and few enough for exact doubles.
 */

export const TICKS_PER_SECOND = 90_000;
const WRAP_TICKS = 2 ** 33;

/** The same time within [0, 2^33). */
export function wrapTicks(ticks: number): number {
  const rest = ticks % WRAP_TICKS;
  return rest < 0 ? rest + WRAP_TICKS : rest;
}

/** How far `later` lies behind `earlier`, by the shorter way around: from -2^32 to 2^32 - 1. */
export function ticksBetween(earlier: number, later: number): number {
  const distance = wrapTicks(later - earlier);
  return distance >= WRAP_TICKS / 2 ? distance - WRAP_TICKS : distance;
}

/** Micros to the nearest tick. */
export function ticksOfMicros(micros: number): number {
  return Math.round((micros * 9) / 100);
}

export function microsOfTicks(ticks: number): number {
  return (ticks * 100) / 9;
}
