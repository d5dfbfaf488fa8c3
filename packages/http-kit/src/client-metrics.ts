import { Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { LabelLimit } from './label-limit.ts';
import { LATENCY_BUCKETS, SIZE_BUCKETS, sharedMetric } from './metrics.ts';

/** Ends the measurement of one request. `status` is `error` where there was no response, or it broke off. */
export type FinishMeasurement = (status: number | 'error', sizeBytes: number) => void;

export interface ClientMetrics {
  start(name: string, method: string, domain: string): FinishMeasurement;
}

const NAMES = ['name', 'method', 'domain'] as const;

interface Series {
  readonly labels: Readonly<Record<(typeof NAMES)[number], string>>;
  underWay: number;
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
  return {
    start(name, method, domain) {
      const startMs = performance.now();
      const series = concurrency.seriesOf(name, method, domains.bound(domain));
      series.underWay += 1;
      return (status, sizeBytes) => {
        const withStatus = { ...series.labels, status };
        series.underWay -= 1;
        latency.observe(withStatus, (performance.now() - startMs) / 1000);
        if (status !== 'error') size.observe(withStatus, sizeBytes);
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
    if (series === undefined) this.#series.set(key, (series = { labels: { name, method, domain }, underWay: 0 }));
    return series;
  }
}

function concurrencyOf(registry: Registry): Concurrency {
  return sharedMetric(registry, 'http_client_request_concurrency', () => new Concurrency(registry));
}

function histograms(registry: Registry) {
  const registers = [registry];
  const labelNames = [...NAMES, 'status'] as const;
  return {
    latency: sharedMetric(registry, 'http_client_request_latency', () => {
      const help = 'Seconds from the start of an outgoing HTTP request until its response is read.';
      const name = 'http_client_request_latency';
      return new Histogram({ name, help, labelNames, buckets: [...LATENCY_BUCKETS], registers });
    }),
    size: sharedMetric(registry, 'http_client_response_size', () => {
      const help = 'Bytes of the bodies of responses, as received.';
      const name = 'http_client_response_size';
      return new Histogram({ name, help, labelNames, buckets: [...SIZE_BUCKETS], registers });
    }),
  };
}
