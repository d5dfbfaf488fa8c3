import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { LabelLimit } from './label-limit.ts';
import { LATENCY_BUCKETS, SIZE_BUCKETS, sharedMetric } from './metrics.ts';
import { TalliedHistogram } from './tallied-histogram.ts';
import type { Tally } from './tallied-histogram.ts';

/** Ends the measurement of one request. `status` is `error` where there was no response, or it broke off. */
export type FinishMeasurement = (status: number | 'error', sizeBytes: number) => void;

export interface ClientMetrics {
  start(name: string, method: string, domain: string): FinishMeasurement;
}

const NAMES = ['name', 'method', 'domain'] as const;

/** What ended with one status. */
interface Outcome {
  readonly latency: Tally;
  /** None of what did not end well. */
  readonly size: Tally | undefined;
}

interface Series {
  readonly labels: Readonly<Record<(typeof NAMES)[number], string>>;
  underWay: number;
  readonly outcomes: Map<number | 'error', Outcome>;
}

/**
 * `http_client_request_latency` and `http_client_response_size` {name,method,domain,status}, and
 * `http_client_request_concurrency` {name,method,domain}: segments specification 1.4. Measured until the
 * body is read. `domain` is host and port; the number of its values is bounded.
 */
export function createClientMetrics(registry: Registry): ClientMetrics {
  const { latency, size } = histograms(registry);
  const concurrency = concurrencyOf(registry);
  const domains = new LabelLimit();
  const open = ({ labels }: Series, status: number | 'error'): Outcome => {
    const withStatus = { ...labels, status };
    return { latency: latency.open(withStatus), size: status === 'error' ? undefined : size.open(withStatus) };
  };
  return {
    start(name, method, domain) {
      const startMs = performance.now();
      const series = concurrency.seriesOf(name, method, domains.bound(domain));
      series.underWay += 1;
      return (status, sizeBytes) => {
        series.underWay -= 1;
        let outcome = series.outcomes.get(status);
        if (outcome === undefined) series.outcomes.set(status, (outcome = open(series, status)));
        outcome.latency.observe((performance.now() - startMs) / 1000);
        outcome.size?.observe(sizeBytes);
      };
    },
  };
}

/** Counts by itself and tells the gauge when it is read: that is once in some seconds, and not twice for each request. */
class Concurrency extends Gauge<(typeof NAMES)[number]> {
  readonly #series = new Map<string, Series>();

  constructor(registry: Registry) {
    super({
      name: 'http_client_request_concurrency',
      help: 'Outgoing HTTP requests that are under way.',
      labelNames: NAMES,
      registers: [registry],
      collect: () => {
        for (const { labels, underWay } of this.#series.values()) this.set(labels, underWay);
      },
    });
  }

  seriesOf(name: string, method: string, domain: string): Series {
    const key = `${name} ${method} ${domain}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels: { name, method, domain }, underWay: 0, outcomes: new Map() };
      this.#series.set(key, series);
    }
    return series;
  }
}

function concurrencyOf(registry: Registry): Concurrency {
  return sharedMetric(registry, 'http_client_request_concurrency', () => new Concurrency(registry));
}

function histograms(registry: Registry) {
  const labelNames = [...NAMES, 'status'] as const;
  return {
    latency: TalliedHistogram.in(registry, {
      name: 'http_client_request_latency',
      help: 'Seconds from the start of an outgoing HTTP request until its response is read.',
      labelNames,
      buckets: LATENCY_BUCKETS,
    }),
    size: TalliedHistogram.in(registry, {
      name: 'http_client_response_size',
      help: 'Bytes of the bodies of responses, as received.',
      labelNames,
      buckets: SIZE_BUCKETS,
    }),
  };
}
