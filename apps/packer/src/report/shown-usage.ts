import { z } from 'zod';
import { formatPath } from '../paths/format-path.ts';
import type { Usage } from '../trace/usage.ts';

/** A reference, as reports and manifests show it. Texts that are no UTF-8 have `\xNN`. */
export const shownUsageSchema = z.object({
  file: z.string().describe('the .blend file that holds it; in a manifest its place in the pack'),
  datablock: z.string().describe('two letters of its kind and its name, such as IMbricks'),
  via: z.string().describe('struct and field, such as Image.filepath'),
  path: z.string().describe('as it stands in the file'),
});

export type ShownUsage = z.infer<typeof shownUsageSchema>;

export function shownUsage(usage: Usage, file: string = formatPath(usage.holder)): ShownUsage {
  return { file, datablock: usage.datablock.name, via: usage.via, path: formatPath(usage.stored) };
}

/** By what it is about: the same order on every machine. */
export function compareShown(a: ShownUsage, b: ShownUsage): number {
  return compareKeys(keyOf(a), keyOf(b));
}

function keyOf({ file, datablock, via, path }: ShownUsage): string {
  return [file, datablock, via, path].join('\0');
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
