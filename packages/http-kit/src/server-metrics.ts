import { Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { LATENCY_BUCKETS, SIZE_BUCKETS, sharedMetric } from './metrics.ts';

export interface ServerMetrics {
  /** Counts a request as under way; the function it returns ends that. */
  start(endpoint: string, method: string): (status: number, seconds: number, sizeBytes: number) => void;
}

/**
 * `http_request_latency_all`, `http_response_size_all` {endpoint,method,status} and `http_request_concurrency_all`
 * {endpoint,method}: segments specification 1.4. `endpoint` is the pattern of the route, so that paths make no series.
 */
export function createServerMetrics(registry: Registry): ServerMetrics {
  const { latency, size, concurrency } = serverMetrics(registry);
  return {
    start(endpoint, method) {
      concurrency.inc({ endpoint, method });
      return (status, seconds, sizeBytes) => {
        const labels = { endpoint, method, status };
        concurrency.dec({ endpoint, method });
        latency.observe(labels, seconds);
        size.observe(labels, sizeBytes);
      };
    },
  };
}

function serverMetrics(registry: Registry) {
  const registers = [registry];
  const labelNames = ['endpoint', 'method', 'status'] as const;
  return {
    latency: sharedMetric(registry, 'http_request_latency_all', () => {
      const help = 'Seconds from the head of a request until its response is finished.';
      return new Histogram({
        name: 'http_request_latency_all',
        help,
        labelNames,
        buckets: [...LATENCY_BUCKETS],
        registers,
      });
    }),
    size: sharedMetric(registry, 'http_response_size_all', () => {
      const help = 'Bytes written for a response, its head included.';
      return new Histogram({ name: 'http_response_size_all', help, labelNames, buckets: [...SIZE_BUCKETS], registers });
    }),
    concurrency: sharedMetric(registry, 'http_request_concurrency_all', () => {
      const help = 'Requests whose response is not finished.';
      const labels = ['endpoint', 'method'] as const;
      return new Gauge({ name: 'http_request_concurrency_all', help, labelNames: labels, registers });
    }),
  };
}
