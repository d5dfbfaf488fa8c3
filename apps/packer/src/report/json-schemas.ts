import { z } from 'zod';
import { verifyReportSchema } from '../verify/verify-report.ts';
import { listingSchema } from './listing.ts';
import { packManifestSchema } from './pack-manifest.ts';
import { packReportSchema } from './pack-report.ts';

const SCHEMAS = {
  'pack-report.v1': packReportSchema,
  'pack-manifest.v1': packManifestSchema,
  'listing.v1': listingSchema,
  'verify-report.v1': verifyReportSchema,
} as const;

export type SchemaName = keyof typeof SCHEMAS;

/** What is published in `schema/`: JSON Schema 2020-12 of everything that `--json` prints and of the manifest. */
export function jsonSchemas(): ReadonlyMap<SchemaName, string> {
  const entries = Object.entries(SCHEMAS) as [SchemaName, z.ZodType][];
  return new Map(entries.map(([name, schema]) => [name, `${JSON.stringify(z.toJSONSchema(schema), undefined, 2)}\n`]));
}
