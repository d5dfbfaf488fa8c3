export type Labels = Readonly<Record<string, string>>;

/** Samples of a page of Prometheus metrics. */
export interface Metrics {
  readonly text: string;
  /** All samples of a name that have these labels, added up; 0 where there is none. */
  sum(name: string, labels?: Labels): number;
}

interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

const parseSample = (line: string): Sample[] => {
  const [, name, labelText = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) return [];
  const labels = [...labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text]);
  return [{ name, labels: Object.fromEntries(labels) as Labels, value: Number(value) }];
};

export const parseMetrics = (text: string): Metrics => {
  const samples = text.split('\n').flatMap(parseSample);
  const fits = (sample: Sample, name: string, labels: Labels): boolean =>
    sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value);
  return {
    text,
    sum: (name, labels = {}) =>
      samples.filter((sample) => fits(sample, name, labels)).reduce((sum, { value }) => sum + value, 0),
  };
};
