import { z } from 'zod';
import type { PackPlan } from '../plan/pack-plan.ts';
import { pathKey } from '../plan/path-key.ts';
import type { ContentFacts } from '../targets/pack-target.ts';
import { compareShown, shownUsage, shownUsageSchema } from './shown-usage.ts';

/** Another number when a reader of this version would misunderstand it. */
export const MANIFEST_VERSION = 1;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const leftOutSchema = shownUsageSchema.extend({
  reason: z.enum(['excluded', 'absolute-path', 'missing']).describe('--exclude, --relative-only or --allow-missing'),
});

/** What a pack holds, and what it lacks on purpose: `pack-manifest.json`. */
export const packManifestSchema = z
  .object({
    format: z.literal('waybill-pack'),
    version: z.literal(MANIFEST_VERSION),
    open: z.string().describe('the file to open, relative to the pack'),
    files: z
      .array(
        z.object({
          path: z.string().describe('relative to the pack, with /; a byte that is no UTF-8 as \\xNN'),
          kind: z.enum(['blend', 'asset']),
          sizeBytes: z.int().min(0),
          sha256: sha256Schema.optional().describe('where it was computed'),
        }),
      )
      .describe('in the order of their paths; without the manifest itself and pack-info.txt'),
    leftOut: z.array(leftOutSchema).describe('what is referred to and not here, on purpose'),
  })
  .describe('Manifest of a pack');

export type PackManifest = z.infer<typeof packManifestSchema>;

/**
 * Holds nothing of where the files came from, or when: a pack of a pack has the same manifest.
 * @param facts By place.
 */
export function createManifest(plan: PackPlan, facts: ReadonlyMap<string, ContentFacts>): PackManifest {
  const places = new Map(plan.files.map(({ source, place }) => [pathKey(source), place]));
  const lacking = [
    ...plan.leftOut.map(({ usage, reason }) => ({ usage, reason })),
    ...plan.missing.map((usage) => ({ usage, reason: 'missing' as const })),
  ];
  return {
    format: 'waybill-pack',
    version: MANIFEST_VERSION,
    open: plan.blendPlace,
    files: plan.files.map(({ place, kind, sizeBytes }) => {
      const known = facts.get(place);
      const sha256 = known?.sha256;
      return { path: place, kind, sizeBytes: known?.sizeBytes ?? sizeBytes, ...(sha256 !== undefined && { sha256 }) };
    }),
    leftOut: lacking
      .map(({ usage, reason }) => ({ ...shownUsage(usage, places.get(pathKey(usage.holder)) ?? ''), reason }))
      .sort(compareShown),
  };
}

export function formatManifest(manifest: PackManifest): Uint8Array {
  return Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** For people who find the pack and wonder what to do with it. */
export function formatInfo({ open }: PackManifest): Uint8Array {
  const text = `This is a pack made by Waybill: a .blend file with all that it needs.\nOpen this file:\n\n    ${open}\n`;
  return Buffer.from(text);
}
