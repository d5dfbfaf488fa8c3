/** The sum of a metric over all series that have these labels, from a page of metrics. */
export function readMetric(page: string, name: string, labels = ''): number {
  const values = page
    .split('\n')
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(labels))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  if (values.length === 0) throw new Error(`there is no metric ${name} with ${labels}`);
  return values.reduce((sum, value) => sum + value, 0);
}
