import type { ConfigOf, Output } from '@waybill/cli-kit';
import { openCaches } from '../cache/open-caches.ts';
import type { CACHE_OPTIONS } from '../config/pack-options.ts';
import { PACKER_EXIT } from '../exit-codes.ts';
import { toFilePath } from '../paths/file-path.ts';
import { createListing } from '../report/listing.ts';
import { trace } from '../trace/trace.ts';
import type { Usage } from '../trace/usage.ts';
import { formatTree } from './format-tree.ts';
import { warnOfMissing } from './warn-of-missing.ts';

type Config = ConfigOf<typeof CACHE_OPTIONS> & { readonly blend: string };

/** Resolves to the exit code. */
export async function runList(signal: AbortSignal, config: Config, output: Output): Promise<number> {
  const caches = await openCaches(config);
  const usages: Usage[] = [];
  for await (const usage of trace(config.blend, { usageCache: caches.usages, signal })) usages.push(usage);
  await caches.usages.save({ signal });
  const blend = toFilePath(config.blend);
  const missing = usages.filter(({ files, isPacked, isOptional }) => files.length === 0 && !isPacked && !isOptional);
  output.result(createListing(blend, usages), () => formatTree(blend, usages));
  warnOfMissing(missing, output);
  return missing.length === 0 ? PACKER_EXIT.ok : PACKER_EXIT.missing;
}
