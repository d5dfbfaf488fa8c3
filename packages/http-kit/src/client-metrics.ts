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

/**
 * `http_client_request_latency` and `http_client_response_size` {name,method,domain,status}, and
 * `http_client_request_concurrency` {name,method,domain}: segments specification 1.4. Measured until the
 * body is read. `domain` is host and port; the number of its values is bounded.
 */
export function createClientMetrics(registry: Registry): ClientMetrics {
  const { latency, size, concurrency } = clientMetrics(registry);
  const domains = new LabelLimit();
  return {
    start(name, method, domain) {
      const labels = { name, method, domain: domains.bound(domain) };
      const startMs = performance.now();
      concurrency.inc(labels);
      return (status, sizeBytes) => {
        const withStatus = { ...labels, status };
        concurrency.dec(labels);
        latency.observe(withStatus, (performance.now() - startMs) / 1000);
        if (status !== 'error') size.observe(withStatus, sizeBytes);
      };
    },
  };
}

function clientMetrics(registry: Registry) {
  const registers = [registry];
  return {
    latency: sharedMetric(registry, 'http_client_request_latency', () => {
      const help = 'Seconds from the start of an outgoing HTTP request until its response is read.';
      const labelNames = [...NAMES, 'status'] as const;
      return new Histogram({
        name: 'http_client_request_latency',
        help,
        labelNames,
        buckets: [...LATENCY_BUCKETS],
        registers,
      });
    }),
    size: sharedMetric(registry, 'http_client_response_size', () => {
      const help = 'Bytes of the bodies of responses, as received.';
      const labelNames = [...NAMES, 'status'] as const;
      return new Histogram({
        name: 'http_client_response_size',
        help,
        labelNames,
        buckets: [...SIZE_BUCKETS],
        registers,
      });
    }),
    concurrency: sharedMetric(registry, 'http_client_request_concurrency', () => {
      const help = 'Outgoing HTTP requests that are under way.';
      return new Gauge({ name: 'http_client_request_concurrency', help, labelNames: NAMES, registers });
    }),
  };
}
