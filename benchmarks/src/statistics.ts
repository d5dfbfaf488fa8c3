/** The middle of the sorted values; the mean of both middles where there are two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** `1.20 s (1.18–1.31)`: median, smallest and largest. */
export function formatSpread(values: readonly number[], unit: string, digits = 2): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} ${unit} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
}
