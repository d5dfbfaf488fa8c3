import type { BlobKey, SweepOptions, SweepResult } from '@waybill/blob-store';
import type { ObjectClient } from './object-client.ts';
import { type ObjectNames, parseShard } from './object-names.ts';

const DAY_MS = 86_400_000;

export interface SweepContext {
  readonly client: ObjectClient;
  readonly names: ObjectNames;
  readonly now: () => number;
  readonly isUnderWay: (key: BlobKey) => boolean;
}

/** Gives up uploads in parts that nobody has finished. Their size is not told by the service, and counted as 0. */
export async function sweepUnfinished(
  { client, names, now, isUnderWay }: SweepContext,
  { maxAgeMs = DAY_MS, ...options }: SweepOptions,
): Promise<SweepResult> {
  let uploads = 0;
  for await (const upload of client.unfinished(names.blobs, options)) {
    const key = parseShard(upload.name.slice(names.blobs.length));
    if (key === undefined || isUnderWay(key) || now() - upload.startedAtMs < maxAgeMs) continue;
    options.signal?.throwIfAborted();
    await client.forget(upload, options);
    uploads += 1;
  }
  return { uploads, partials: 0, sizeBytes: 0 };
}
