import type { MissingFile } from '@waybill/shaman-protocol';
import type { ServerMetrics } from './server-metrics.ts';

/** Counts the files of one definition by what was answered. */
export function countRequirements(metrics: ServerMetrics, files: number, missing: readonly MissingFile[]): void {
  const uploading = missing.filter(({ status }) => status === 'uploading').length;
  metrics.requirement('uploading', uploading);
  metrics.requirement('unknown', missing.length - uploading);
  metrics.requirement('stored', Math.max(0, files - missing.length));
}
