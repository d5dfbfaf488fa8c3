import type { AbortOptions } from '@waybill/common';
import { runParallel } from '../../execute/run-parallel.ts';
import type { Cargo, PackEntry, PackTarget, SendOptions, SentPack } from '../pack-target.ts';
import { AwsObjectStore, type AwsObjectStoreInit } from './aws-object-store.ts';
import { ObjectSender } from './object-sender.ts';
import { parseS3Url, type S3Location } from './s3-location.ts';

export interface S3TargetInit extends Pick<AwsObjectStoreInit, 'credentials' | 'region' | 'maxAttempts'> {
  /** `s3://endpoint/bucket/path`, or `s3+http://`. */
  readonly url: string;
}

/**
 * A pack as objects below a path of a bucket. What is there already is not sent again: whole objects, and parts of large ones
 * that an interrupted run has left. An object is there as a whole or not at all; the manifest comes last.
 */
export class S3Target implements PackTarget {
  readonly kind = 's3';
  readonly name: string;
  readonly #location: S3Location;
  readonly #init: S3TargetInit;

  constructor(init: S3TargetInit) {
    this.#init = init;
    this.#location = parseS3Url(init.url);
    const { endpoint, bucket, prefix } = this.#location;
    this.name = `${endpoint.replace(/^https:/, 's3:').replace(/^http:/, 's3+http:')}/${bucket}/${prefix}`;
  }

  prepare(_entries: readonly PackEntry[], _options?: AbortOptions): Promise<void> {
    return Promise.resolve();
  }

  async send({ entries, closing }: Cargo, { concurrency, progress, signal }: SendOptions): Promise<SentPack> {
    const { endpoint, bucket, prefix } = this.#location;
    const { credentials, region, maxAttempts } = this.#init;
    const onRetry = (error: unknown): void => progress.retrying(error);
    using store = new AwsObjectStore({ endpoint, bucket, credentials, region, maxAttempts, onRetry });
    const present = await store.list(prefix, { signal });
    const begun = await store.listUnfinished(prefix, { signal });
    const unfinished = new Map(begun.map((upload) => [upload.key, upload]));
    const sender = new ObjectSender({ store, present, unfinished, concurrency, progress });
    await runParallel(entries, { concurrency, signal }, async (entry, either) => {
      await sender.send(prefix + entry.place, entry, { signal: either });
    });
    for (const entry of await closing()) await sender.send(prefix + entry.place, entry, { signal });
    return { location: this.name, details: { bucket, prefix, endpoint } };
  }
}
