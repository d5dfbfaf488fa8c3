import { formatHex } from '@waybill/digest';
import type { BlobKey } from '@waybill/blob-store';

/** A report as JSON can hold it: errors as code and message, keys as `sha` and `sizeBytes`. */
export function plainReport(report: unknown): unknown {
  if (report instanceof Error) return { code: (report as { code?: unknown }).code ?? null, message: report.message };
  if (Array.isArray(report)) return report.map(plainReport);
  if (typeof report !== 'object' || report === null) return report;
  if (isKey(report)) return { sha: formatHex(report.digest), sizeBytes: report.sizeBytes };
  return Object.fromEntries(Object.entries(report).map(([name, value]) => [name, plainReport(value)]));
}

function isKey(value: object): value is BlobKey {
  return 'digest' in value && 'sizeBytes' in value;
}
