import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  paginateListObjectsV2,
  paginateListParts,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { AbortOptions } from '@waybill/common';
import type { ObjectStore, StoredObject, StoredPart, UnfinishedUpload } from './object-store.ts';

export interface AwsObjectStoreInit {
  readonly endpoint: string;
  readonly bucket: string;
  /** Default: the SDK's chain (environment, profile, instance role). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** Default: AWS_REGION, or `us-east-1`, which services other than Amazon's mostly ignore. */
  readonly region?: string | undefined;
  /** Tries of one request, the first included, with growing pauses and jitter; default 6. */
  readonly maxAttempts?: number | undefined;
  /** Told before each further try what the one before it failed of. Default: nobody is told. */
  readonly onRetry?: ((error: unknown) => void) | undefined;
}

/** Any service that speaks S3, through Amazon's SDK. */
export class AwsObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor({ endpoint, bucket, credentials, region, maxAttempts = 6, onRetry }: AwsObjectStoreInit) {
    this.#bucket = bucket;
    this.#client = new S3Client({
      ...{ endpoint, maxAttempts, forcePathStyle: true },
      region: region ?? process.env['AWS_REGION'] ?? 'us-east-1',
      // The checksums that newer SDKs add by themselves are unknown to many services that are not Amazon's.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(credentials !== undefined && { credentials }),
    });
    if (onRetry !== undefined) tellRetries(this.#client, onRetry);
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  async list(prefix: string, { signal }: AbortOptions = {}): Promise<Map<string, StoredObject>> {
    const found = new Map<string, StoredObject>();
    const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: this.#bucket, Prefix: prefix }, at(signal));
    await orReason(signal, async () => {
      for await (const { Contents = [] } of pages) {
        for (const { Key, Size = 0, ETag } of Contents)
          if (Key !== undefined) found.set(Key, { sizeBytes: Size, etag: unquoted(ETag) });
      }
    });
    return found;
  }

  async put(key: string, bytes: Uint8Array, { signal }: AbortOptions = {}): Promise<string> {
    const command = new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: bytes });
    return unquoted((await orReason(signal, () => this.#client.send(command, at(signal)))).ETag);
  }

  async listUnfinished(prefix: string, { signal }: AbortOptions = {}): Promise<UnfinishedUpload[]> {
    const found: UnfinishedUpload[] = [];
    let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {};
    while (marker !== undefined) {
      const command = new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: prefix, ...marker });
      const page: ListMultipartUploadsCommandOutput = await orReason(signal, () =>
        this.#client.send(command, at(signal)),
      );
      for (const { Key: key, UploadId: uploadId } of page.Uploads ?? [])
        if (key !== undefined && uploadId !== undefined) found.push({ key, uploadId });
      const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
      marker = IsTruncated === true ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker } : undefined;
    }
    return found;
  }

  async listParts(upload: UnfinishedUpload, { signal }: AbortOptions = {}): Promise<StoredPart[]> {
    const pages = paginateListParts({ client: this.#client }, this.#of(upload), at(signal));
    const parts: StoredPart[] = [];
    await orReason(signal, async () => {
      for await (const { Parts = [], IsTruncated } of pages) {
        for (const { PartNumber, Size = 0, ETag } of Parts)
          if (PartNumber !== undefined) parts.push({ number: PartNumber, sizeBytes: Size, etag: unquoted(ETag) });
        // Some services name a next page where there is none.
        if (IsTruncated !== true) break;
      }
    });
    return parts;
  }

  async beginUpload(key: string, { signal }: AbortOptions = {}): Promise<UnfinishedUpload> {
    const command = new CreateMultipartUploadCommand({ Bucket: this.#bucket, Key: key });
    const { UploadId } = await orReason(signal, () => this.#client.send(command, at(signal)));
    if (UploadId === undefined) throw new TypeError('the service gave no id for an upload');
    return { key, uploadId: UploadId };
  }

  async putPart(
    upload: UnfinishedUpload,
    number: number,
    bytes: Uint8Array,
    { signal }: AbortOptions = {},
  ): Promise<string> {
    const command = new UploadPartCommand({ ...this.#of(upload), PartNumber: number, Body: bytes });
    return unquoted((await orReason(signal, () => this.#client.send(command, at(signal)))).ETag);
  }

  async completeUpload(
    upload: UnfinishedUpload,
    parts: readonly StoredPart[],
    { signal }: AbortOptions = {},
  ): Promise<void> {
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: `"${etag}"` }));
    const command = new CompleteMultipartUploadCommand({ ...this.#of(upload), MultipartUpload: { Parts } });
    await orReason(signal, () => this.#client.send(command, at(signal)));
  }

  #of({ key, uploadId }: UnfinishedUpload): { Bucket: string; Key: string; UploadId: string } {
    return { Bucket: this.#bucket, Key: key, UploadId: uploadId };
  }
}

/** The SDK tries again by itself and tells nobody: what stands behind its retries in the stack runs once for each try. */
function tellRetries(client: S3Client, onRetry: (error: unknown) => void): void {
  client.middlewareStack.add(
    (next) => {
      // Made anew for each command.
      let failed: { readonly error: unknown } | undefined;
      return async (args) => {
        if (failed !== undefined) onRetry(failed.error);
        try {
          return await next(args);
        } catch (error) {
          failed = { error };
          throw error;
        }
      };
    },
    { step: 'finalizeRequest', priority: 'low', name: 'tellRetries' },
  );
}

/** What the SDK takes a signal as. */
function at(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** The SDK has an error of its own for an abort; here it is the signal's reason, as everywhere. */
async function orReason<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    signal?.throwIfAborted();
    return await work();
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  }
}

function unquoted(etag = ''): string {
  return etag.replaceAll('"', '');
}
