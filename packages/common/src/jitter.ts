/**
 * Spreads a delay, so that nodes that failed together do not come back together.
 * @param ms Any duration.
 * @param fraction How far it may move to each side; default 0.1, that is ±10 %.
 * @param random Numbers in [0, 1); default `Math.random`.
 */
export function jitter(ms: number, fraction = 0.1, random: () => number = Math.random): number {
  return ms * (1 + fraction * (2 * random() - 1));
}
