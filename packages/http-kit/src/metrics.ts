import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Metric } from 'prom-client';

/** Seconds. Wide, because making a cut or a long playlist takes minutes (segments specification 1.4). */
export const LATENCY_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600];
/** Bytes: powers of 4 up to 1 GiB. */
export const SIZE_BUCKETS: readonly number[] = Array.from({ length: 16 }, (_, index) => 4 ** index);

export interface MetricsInit {
  /** Shown as label of `waybill_info`. */
  version?: string | undefined;
  /** Node's own metrics (CPU, memory, event loop, garbage collection). Default true. */
  defaultMetrics?: boolean | undefined;
}

/** A registry of its own for one program, with Node's default metrics and `waybill_info{name,version}`. */
export function createMetrics(name: string, { version = '0.0.0', defaultMetrics = true }: MetricsInit = {}): Registry {
  const registry = new Registry();
  if (defaultMetrics) collectDefaultMetrics({ register: registry });
  const info = new Gauge({
    name: 'waybill_info',
    help: 'Always 1; the labels say which program this is.',
    labelNames: ['name', 'version'],
    registers: [registry],
  });
  info.set({ name, version }, 1);
  return registry;
}

/** The metric of that name in the registry, made on first use: server, client and logger may share a registry. */
export function sharedMetric<M extends Metric>(registry: Registry, name: string, create: () => M): M {
  return (registry.getSingleMetric(name) as M | undefined) ?? create();
}
