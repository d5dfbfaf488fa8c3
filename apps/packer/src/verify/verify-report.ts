import { z } from 'zod';
import { shownUsageSchema } from '../report/shown-usage.ts';

const count = z.int().min(0);

/** What `packer verify --json` prints. */
export const verifyReportSchema = z
  .object({
    version: z.literal(1),
    pack: z.string(),
    open: z.string().describe('the file to open, relative to the pack'),
    ok: z.boolean(),
    hasManifest: z.boolean(),
    brokenUsages: z
      .array(shownUsageSchema.extend({ problem: z.enum(['missing', 'outside', 'absolute']) }))
      .describe('outside: it leads to a file that is not in the pack; absolute: it would not move with the pack'),
    badFiles: z
      .array(z.object({ path: z.string(), problem: z.enum(['missing', 'size', 'content']) }))
      .describe('files that are not what the manifest, or the ZIP, says'),
    totals: z.object({
      usages: count,
      files: count,
      leftOut: count.describe('references that the manifest names as left out on purpose'),
    }),
  })
  .describe('Report of packer verify');

export type VerifyReport = z.infer<typeof verifyReportSchema>;
