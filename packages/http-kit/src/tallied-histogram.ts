import { Histogram } from 'prom-client';
import type { Metric, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string | number>>;
type Values = Awaited<ReturnType<Histogram['get']>>['values'];

/** Observations under one set of labels: adding one costs a few comparisons. */
export class Tally {
  readonly labels: Labels;
  readonly #bounds: readonly number[];
  /** How many lie at or below each bound and above the one before; the last place is for all that are larger. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let place = 0;
    while (value > (this.#bounds[place] ?? Infinity)) place += 1;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += value;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#sum = 0;
  }

  /** As Prometheus has it: each bucket counts what the smaller ones hold, too. */
  values(name: string): Values {
    let count = 0;
    const buckets = [...this.#bounds, '+Inf' as const].map((le, place) => {
      count += this.#counts[place] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le, ...this.labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: this.labels, value: this.#sum },
      { metricName: `${name}_count`, labels: this.labels, value: count },
    ];
  }
}

export interface TalliedHistogramInit {
  name: string;
  help: string;
  labelNames: readonly string[];
  /** Ascending upper bounds. */
  buckets: readonly number[];
}

/**
 * A histogram that is told by tallies, one for each set of labels, and puts itself together when it is read. The `observe` of a
 * Histogram looks its labels up anew each time, for more than a microsecond: twice in each of 100,000 requests.
 */
export class TalliedHistogram {
  readonly name: string;
  readonly #empty: Histogram;
  readonly #buckets: readonly number[];
  readonly #tallies: Tally[] = [];

  private constructor({ name, help, labelNames, buckets }: TalliedHistogramInit) {
    this.name = name;
    this.#buckets = buckets;
    this.#empty = new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers: [] });
  }

  /** The one of that name in the registry, made on first use. */
  static in(registry: Registry, init: TalliedHistogramInit): TalliedHistogram {
    const known = registry.getSingleMetric(init.name) as unknown;
    if (known instanceof TalliedHistogram) return known;
    const made = new TalliedHistogram(init);
    // What a registry asks of a metric is its name, `get` and `reset`.
    registry.registerMetric(made as unknown as Metric);
    return made;
  }

  /** To be kept by the caller, who MUST not open a second one for the same labels. */
  open(labels: Labels): Tally {
    const tally = new Tally(labels, this.#buckets);
    this.#tallies.push(tally);
    return tally;
  }

  /** As prom-client's metrics have it: for the registry. */
  async get(): ReturnType<Histogram['get']> {
    const metric = await this.#empty.get();
    return { ...metric, values: this.#tallies.flatMap((tally) => tally.values(this.name)) };
  }

  reset(): void {
    for (const tally of this.#tallies) tally.reset();
  }
}
