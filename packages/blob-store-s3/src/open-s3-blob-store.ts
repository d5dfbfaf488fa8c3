import type { AbortOptions } from '@waybill/common';
import { createAwsObjectClient } from './aws-object-client.ts';
import { probeConditionalWrites } from './conditional-writes.ts';
import type { ObjectClient } from './object-client.ts';
import { objectNames } from './object-names.ts';
import { S3BlobStore } from './s3-blob-store.ts';
import type { StoreLocation } from './store-location.ts';

export interface S3BlobStoreInit extends AbortOptions {
  location: StoreLocation;
  /** Default: the SDK's chain (environment, profile, instance role). */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Requests at a time of one call for many blobs; default 32: a request takes some 10 ms, nearly all of it waiting. */
  concurrency?: number;
  /** Touches of one blob are this far apart, in milliseconds; default 3,600,000. A reference may be that much older than it is. */
  freshMs?: number;
  /** Default: Amazon's SDK. */
  client?: ObjectClient;
  now?: () => number;
}

/**
 * Opens the store, and tries whether the service heeds conditional writes: it is right without them too, and then only
 * writes now and then what was there already.
 *
 * @throws what the service answers when it cannot be reached, the bucket is missing, or the credentials do not suffice.
 */
export async function openS3BlobStore(init: S3BlobStoreInit): Promise<S3BlobStore> {
  const { location, concurrency = 32, freshMs = 3_600_000, now = Date.now, signal } = init;
  const client = init.client ?? createAwsObjectClient(init);
  const names = objectNames(location.prefix);
  try {
    const conditionalWrites = await probeConditionalWrites(client, names, { signal });
    return new S3BlobStore({ client, names, conditionalWrites, concurrency, freshMs, now });
  } catch (error) {
    client.close();
    throw error;
  }
}
