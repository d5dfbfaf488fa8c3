import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const LITERAL = /'([a-z]+(?:_[a-z]+)+)'/g;
const LABELS = /labelNames: \[.*?\]/gs;
const PREFIX = /`(\w+_)\$\{name\}`/;
/** Values of labels and modules of code are no metrics; names in snake case are nothing else in these files. */
const MAKES_METRICS = /from 'prom-client'/;

/** Names of the metrics that our sources register, sorted. */
export function registeredMetrics(root: string): string[] {
  const files = globSync(['apps/*/src/**/*.ts', 'packages/*/src/**/*.ts'], { cwd: root });
  const names = files.flatMap((file) => namesIn(readFileSync(path.join(root, file), 'utf8')));
  return [...new Set(names)].sort();
}

function namesIn(text: string): string[] {
  const source = text.replaceAll(LABELS, '');
  if (!MAKES_METRICS.test(source) || !/(?:new|extends) (?:Counter|Gauge|Histogram|Summary)/.test(source)) return [];
  const prefix = PREFIX.exec(source)?.[1];
  const prefixed =
    prefix === undefined ? [] : [...source.matchAll(/= gauge\('(\w+)'/g)].map(([, name = '']) => prefix + name);
  return [...prefixed, ...[...source.matchAll(LITERAL)].map(([, name = '']) => name)];
}
