import type { ConfigOf, Output } from '@waybill/cli-kit';
import { openCaches } from '../cache/open-caches.ts';
import type { CACHE_OPTIONS } from '../config/pack-options.ts';
import { PACKER_EXIT } from '../exit-codes.ts';
import { argumentPath } from '../paths/argument-path.ts';
import { createListing } from '../report/listing.ts';
import { trace } from '../trace/trace.ts';
import type { Usage } from '../trace/usage.ts';
import { formatTree } from './format-tree.ts';
import { warnOfCaches } from './warn-of-caches.ts';
import { warnOfMissing } from './warn-of-missing.ts';

type Config = ConfigOf<typeof CACHE_OPTIONS> & { readonly blend: string };

/** Resolves to the exit code. */
export async function runList(signal: AbortSignal, config: Config, output: Output): Promise<number> {
  const caches = await openCaches({ ...config, onSaveError: warnOfCaches(output) });
  const blend = argumentPath(config.blend);
  const usages: Usage[] = [];
  for await (const usage of trace(blend, { usageCache: caches.usages, signal })) usages.push(usage);
  await caches.usages.save({ signal });
  const missing = usages.filter(({ files, isPacked, isOptional }) => files.length === 0 && !isPacked && !isOptional);
  // Only what is shown is made: that of a large project costs as much as to read some of its files.
  output.result(output.json ? createListing(blend, usages) : undefined, () => formatTree(blend, usages));
  warnOfMissing(missing, output);
  return missing.length === 0 ? PACKER_EXIT.ok : PACKER_EXIT.missing;
}
