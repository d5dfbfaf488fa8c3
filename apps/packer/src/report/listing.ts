import { z } from 'zod';
import { formatPath } from '../paths/format-path.ts';
import type { FilePath } from '../paths/file-path.ts';
import { pathKey } from '../plan/path-key.ts';
import type { Usage } from '../trace/usage.ts';
import { shownUsage, shownUsageSchema } from './shown-usage.ts';

const LISTING_VERSION = 1;

/** What `packer list --json` prints. */
export const listingSchema = z
  .object({
    version: z.literal(LISTING_VERSION),
    blend: z.string(),
    usages: z.array(
      shownUsageSchema.extend({
        kind: z.enum(['library', 'file', 'sequence', 'tiles', 'directory', 'cache']),
        absolute: z.string().describe('where the path leads; a pattern for sequences and tiles'),
        status: z
          .enum(['found', 'packed', 'missing', 'absent'])
          .describe('packed: in the .blend file itself; absent: missing, and not needed'),
        files: z.array(z.object({ path: z.string(), sizeBytes: z.int().min(0) })),
      }),
    ),
    totals: z.object({
      usages: z.int().min(0),
      files: z.int().min(0).describe('each once, without the file that was asked for'),
      sizeBytes: z.int().min(0),
      missing: z.int().min(0),
    }),
  })
  .describe('Report of packer list');

export type Listing = z.infer<typeof listingSchema>;

export function createListing(blend: FilePath, usages: readonly Usage[]): Listing {
  const shown = usages.map((usage) => ({
    ...shownUsage(usage),
    kind: usage.kind,
    absolute: formatPath(usage.absolute),
    status: statusOf(usage),
    files: usage.files.map(({ path, sizeBytes }) => ({ path: formatPath(path), sizeBytes })),
  }));
  return {
    version: LISTING_VERSION,
    blend: formatPath(blend),
    usages: shown,
    totals: listingTotals(usages),
  };
}

export function listingTotals(usages: readonly Usage[]): Listing['totals'] {
  const sizes = new Map<string, number>();
  for (const { files } of usages) for (const { path, sizeBytes } of files) sizes.set(pathKey(path), sizeBytes);
  return {
    usages: usages.length,
    files: sizes.size,
    sizeBytes: sizes.values().reduce((sum, sizeBytes) => sum + sizeBytes, 0),
    missing: usages.filter((usage) => statusOf(usage) === 'missing').length,
  };
}

export function statusOf({ files, isPacked, isOptional }: Usage): Listing['usages'][number]['status'] {
  if (isPacked) return 'packed';
  if (files.length > 0) return 'found';
  return isOptional ? 'absent' : 'missing';
}
