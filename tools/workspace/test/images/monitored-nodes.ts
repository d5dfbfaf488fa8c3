import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Composition, ours, standIn } from './composition.ts';
import { ROOT, type Engine } from './engine.ts';

const PORT = '19090';
const RULES = globSync('docs/operations/*-alerts.yml', { cwd: ROOT });
const CONFIGURATION = 'docker/compose/monitoring/prometheus.yml';

interface Target {
  readonly labels: { readonly job: string; readonly instance: string };
  readonly health: string;
}

interface Alert {
  readonly labels: { readonly alertname: string; readonly instance?: string };
  readonly state: string;
}

interface Answers {
  targets: { readonly activeTargets: readonly Target[] };
  rules: { readonly groups: readonly { readonly rules: readonly { readonly name: string }[] }[] };
  alerts: { readonly alerts: readonly Alert[] };
  query: { readonly result: readonly unknown[] };
}

/** A copy in which everything is asked and decided after a second or two instead of minutes. */
function quickened(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8')
    .replace(/scrape_interval: \S+/, 'scrape_interval: 1s\n  evaluation_interval: 1s')
    .replaceAll(/for: \d+[mh]$/gm, 'for: 2s');
}

/** docker/compose/two-nodes with Prometheus of docker/compose/monitoring beside it. Grafana is in no package of Debian. */
export class MonitoredNodes extends Composition {
  constructor(engine: Engine, folder: string) {
    const quick = path.join(folder, 'quick');
    mkdirSync(quick, { recursive: true });
    for (const file of [CONFIGURATION, ...RULES]) writeFileSync(path.join(quick, path.basename(file)), quickened(file));
    const rules = RULES.map((file) => path.basename(file));
    const volumes = [
      `${quick}/prometheus.yml:/etc/prometheus/prometheus.yml:ro`,
      ...rules.map((file) => `${quick}/${file}:/etc/prometheus/rules/${file.replace('-alerts', '')}:ro`),
    ];
    super({
      ...{ engine, folder, project: 'monitored', folders: ['two-nodes', 'monitoring'] },
      services: {
        ...{ database: standIn('postgres'), 'node-a': ours('backfiller'), 'node-b': ours('backfiller') },
        prometheus: { ...standIn('prometheus'), volumes },
      },
      environment: { INTERVAL: '2s', PROMETHEUS_PORT: PORT },
    });
  }

  /** `up` or `down` of each target, by job and instance. */
  async targets(): Promise<Record<string, string>> {
    const { activeTargets } = await this.#ask('targets');
    return Object.fromEntries(activeTargets.map(({ labels, health }) => [`${labels.job} ${labels.instance}`, health]));
  }

  async ruleNames(): Promise<string[]> {
    const { groups } = await this.#ask('rules');
    return groups.flatMap(({ rules }) => rules.map(({ name }) => name)).sort();
  }

  /** Instances of which an alert of this name fires. */
  async firing(name: string): Promise<(string | undefined)[]> {
    const { alerts } = await this.#ask('alerts');
    return alerts
      .filter(({ labels, state }) => labels.alertname === name && state === 'firing')
      .map(({ labels }) => labels.instance);
  }

  /** How many series an expression gives. */
  async count(expression: string): Promise<number> {
    return (await this.#ask('query', `?query=${encodeURIComponent(expression)}`)).result.length;
  }

  async #ask<Name extends keyof Answers>(name: Name, query = ''): Promise<Answers[Name]> {
    const answer = await fetch(`http://127.0.0.1:${PORT}/api/v1/${name}${query}`);
    return ((await answer.json()) as { data: Answers[Name] }).data;
  }
}
