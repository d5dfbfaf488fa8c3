import { z } from 'zod';
import type { EntryOutcome } from '../execute/pack-tally.ts';
import { formatPath } from '../paths/format-path.ts';
import type { PackPlan, PlannedFile } from '../plan/pack-plan.ts';
import { pathKey } from '../plan/path-key.ts';
import type { SentPack } from '../targets/pack-target.ts';
import { leftOutSchema } from './pack-manifest.ts';
import { compareShown, shownUsage, shownUsageSchema } from './shown-usage.ts';

/** Another number when a reader of this version would misunderstand it. */
export const REPORT_VERSION = 1;

const count = z.int().min(0);

const fileSchema = z.object({
  path: z.string().describe('in the pack, with /'),
  source: z.string().describe('on this machine'),
  kind: z.enum(['blend', 'asset']),
  sizeBytes: count.describe('in the pack, once that is known; else of the source'),
  sha256: z.string().optional().describe('where it was computed'),
  outside: z.boolean().describe('whether it has another place in the pack than relative to the project'),
  result: z.enum(['planned', 'sent', 'present']).describe('present: the target had it, and nothing was sent'),
});

const rewriteSchema = shownUsageSchema.extend({ newPath: z.string().describe('as it stands in the pack') });

/** What `packer pack --json` prints. */
export const packReportSchema = z
  .object({
    version: z.literal(REPORT_VERSION),
    status: z
      .enum(['packed', 'planned', 'incomplete'])
      .describe('planned: nothing was written (--noop); incomplete: files are missing, and nothing was written'),
    blend: z.string().describe('the file that was asked for'),
    project: z.string().describe('files below it keep their place'),
    target: z.string().nullable().describe('without credentials'),
    location: z.string().nullable().describe('where the pack is, once it is there'),
    open: z.string().describe('the file to open, relative to the pack'),
    files: z.array(fileSchema).describe('in the order of their paths'),
    rewrites: z.array(rewriteSchema).describe('paths that stand otherwise in the files of the pack'),
    missing: z.array(shownUsageSchema).describe('referred to, needed, and not on disk'),
    leftOut: z.array(leftOutSchema).describe('not in the pack on purpose'),
    totals: z.object({
      usages: count.describe('references that were looked at'),
      files: count,
      sizeBytes: count,
      sentFiles: count,
      sentBytes: count.describe('bytes that went out, also those of attempts that failed'),
      presentFiles: count,
      rewrittenFiles: count,
      retries: count,
    }),
    details: z.record(z.string(), z.unknown()).optional().describe('what only this kind of target knows'),
  })
  .describe('Report of packer pack');

export type PackReport = z.infer<typeof packReportSchema>;

export interface PackResult {
  readonly outcomes: ReadonlyMap<string, EntryOutcome>;
  readonly sentBytes: number;
  readonly retries: number;
  /** Undefined: nothing was written. */
  readonly sent: SentPack | undefined;
}

const NOTHING_DONE: PackResult = { outcomes: new Map(), sentBytes: 0, retries: 0, sent: undefined };

export interface CreateReportInit {
  readonly plan: PackPlan;
  readonly target?: string | undefined;
  readonly status: PackReport['status'];
  readonly result?: PackResult | undefined;
  /** Whether missing files were said to be no failure: then they count as left out. */
  readonly allowMissing?: boolean | undefined;
}

export function createReport({
  plan,
  target,
  status,
  allowMissing = false,
  result = NOTHING_DONE,
}: CreateReportInit): PackReport {
  const { outcomes, sent, sentBytes, retries } = result;
  const places = new Map(plan.files.map(({ source, place }) => [pathKey(source), place]));
  const missing = plan.missing.map((usage) => shownUsage(usage)).sort(compareShown);
  const leftOut = plan.leftOut.map(({ usage, reason }) => ({ ...shownUsage(usage), reason }));
  const allowed = allowMissing ? missing.map((usage) => ({ ...usage, reason: 'missing' as const })) : [];
  const files = plan.files.map((file) => shownFile(file, outcomes.get(file.place)));
  return {
    version: REPORT_VERSION,
    status,
    blend: formatPath(plan.blend),
    project: formatPath(plan.project),
    target: target ?? null,
    location: sent?.location ?? null,
    open: plan.blendPlace,
    files,
    rewrites: plan.files.flatMap(({ rewrites }) =>
      rewrites.map(({ usage, newPath }) => ({
        ...shownUsage(usage, places.get(pathKey(usage.holder))),
        newPath: formatPath(newPath),
      })),
    ),
    missing,
    leftOut: [...leftOut, ...allowed].sort(compareShown),
    totals: {
      usages: plan.usageCount,
      files: files.length,
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      sentFiles: files.filter((file) => file.result === 'sent').length,
      sentBytes,
      presentFiles: files.filter((file) => file.result === 'present').length,
      rewrittenFiles: plan.files.filter(({ rewrites }) => rewrites.length > 0).length,
      retries,
    },
    ...(sent?.details !== undefined && { details: sent.details }),
  };
}

function shownFile(file: PlannedFile, outcome: EntryOutcome | undefined): PackReport['files'][number] {
  const { place, source, kind, sizeBytes, isOutside } = file;
  return {
    path: place,
    source: formatPath(source),
    kind,
    sizeBytes: outcome?.sizeBytes ?? sizeBytes,
    ...(outcome?.sha256 !== undefined && { sha256: outcome.sha256 }),
    outside: isOutside,
    result: outcome?.how ?? 'planned',
  };
}
