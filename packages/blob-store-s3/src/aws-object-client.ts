import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { AbortOptions } from '@waybill/common';
import { abortable } from './abortable.ts';
import { copyInParts } from './copy-in-parts.ts';
import { listUnfinished } from './list-unfinished.ts';
import type {
  ObjectClient,
  ObjectContent,
  ObjectInfo,
  PutObjectOptions,
  PutObjectOutcome,
  UnfinishedUpload,
} from './object-client.ts';
import { isMissing, isRefused } from './service-errors.ts';
import type { StoreLocation } from './store-location.ts';

/** One part of a large upload, held in memory once for each of the parts under way: S3 takes at most 10,000 parts. */
const SMALLEST_PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;
const PARTS_AT_A_TIME = 2;
/** What one CopyObject call takes at most. */
const LARGEST_COPY_BYTES = 5 * 1024 ** 3;

/** A service that does not let us in, or says and takes nothing for so long, has lost the request: it is made again. */
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 60_000;
/** Connections at a time. Downloads hold theirs for as long as their readers take, and must not keep uploads out. */
const MOST_CONNECTIONS = 1024;

export interface AwsObjectClientInit {
  location: StoreLocation;
  /** Default: the SDK's chain (environment, profile, instance role). */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Tries of one request, the first included, with growing pauses and jitter; default 5. */
  maxAttempts?: number;
  /** How long nothing may move on a connection that is in use, in milliseconds; default 60,000. */
  idleTimeoutMs?: number;
}

export function createAwsObjectClient(init: AwsObjectClientInit): ObjectClient {
  const { location, credentials, maxAttempts = 5, idleTimeoutMs = IDLE_TIMEOUT_MS } = init;
  const agent = { keepAlive: true, maxSockets: MOST_CONNECTIONS };
  const client = new S3Client({
    region: location.region,
    forcePathStyle: location.pathStyle,
    maxAttempts,
    // By default the SDK waits for ever.
    requestHandler: {
      ...{ connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: idleTimeoutMs },
      ...{ httpAgent: agent, httpsAgent: agent },
    },
    // The checksums that newer SDKs add by themselves are unknown to many services that are not Amazon's.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(location.endpoint !== undefined && { endpoint: location.endpoint }),
    ...(credentials !== undefined && { credentials }),
  });
  return new AwsObjectClient(client, location.bucket);
}

class AwsObjectClient implements ObjectClient {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async head(name: string, { signal }: AbortOptions = {}): Promise<ObjectInfo | undefined> {
    try {
      const found = await this.#client.send(new HeadObjectCommand(this.#at(name)), abortable(signal));
      return { name, sizeBytes: found.ContentLength ?? 0, modifiedAtMs: found.LastModified?.getTime() ?? 0 };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw signal?.aborted === true ? signal.reason : error;
    }
  }

  async get(
    name: string,
    { start, end }: { start: number; end: number },
    { signal }: AbortOptions = {},
  ): Promise<ObjectContent | undefined> {
    const range = `bytes=${start}-${end - 1}`;
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({ ...this.#at(name), Range: range }),
        abortable(signal),
      );
      if (!(Body instanceof Readable)) throw new TypeError('the SDK gave no stream');
      return { sizeBytes: end - start, body: Body, discard: () => void Body.destroy() };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw signal?.aborted === true ? signal.reason : error;
    }
  }

  put(name: string, bytes: Uint8Array, { ifAbsent, sha256, signal }: PutObjectOptions = {}): Promise<PutObjectOutcome> {
    return this.#refusable(signal, async () => {
      const command = new PutObjectCommand({
        ...this.#at(name),
        Body: bytes,
        ...(sha256 !== undefined && { ChecksumSHA256: Buffer.from(sha256).toString('base64') }),
        ...(ifAbsent === true && { IfNoneMatch: '*' }),
      });
      await this.#client.send(command, abortable(signal));
    });
  }

  putStream(
    name: string,
    source: AsyncIterable<Uint8Array>,
    { ifAbsent, sizeBytes = 0, signal }: PutObjectOptions = {},
  ): Promise<PutObjectOutcome> {
    return this.#refusable(signal, async () => {
      // The SDK has its own way to pass an abort into an upload.
      const abortController = new AbortController();
      const onAbort = (): void => abortController.abort(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        await new Upload({
          client: this.#client,
          params: { ...this.#at(name), Body: Readable.from(source), ...(ifAbsent === true && { IfNoneMatch: '*' }) },
          partSize: Math.max(SMALLEST_PART_BYTES, Math.ceil(sizeBytes / MOST_PARTS)),
          queueSize: PARTS_AT_A_TIME,
          abortController,
        }).done();
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    });
  }

  async copy(from: ObjectInfo, to: string, { signal }: AbortOptions = {}): Promise<void> {
    // It becomes a header, and is decoded there.
    const source = `${this.#bucket}/${from.name}`.split('/').map(encodeURIComponent).join('/');
    if (from.sizeBytes > LARGEST_COPY_BYTES)
      await copyInParts(this.#client, source, from.sizeBytes, this.#at(to), signal);
    else await this.#client.send(new CopyObjectCommand({ ...this.#at(to), CopySource: source }), abortable(signal));
  }

  async delete(name: string, { signal }: AbortOptions = {}): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#at(name)), abortable(signal));
  }

  async *list(prefix: string, { signal }: AbortOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    for await (const page of paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: prefix },
      abortable(signal),
    )) {
      for (const { Key: name, Size: sizeBytes = 0, LastModified } of page.Contents ?? []) {
        signal?.throwIfAborted();
        if (name !== undefined) yield { name, sizeBytes, modifiedAtMs: LastModified?.getTime() ?? 0 };
      }
    }
  }

  unfinished(prefix: string, options: AbortOptions = {}): AsyncIterable<UnfinishedUpload> {
    return listUnfinished(this.#client, this.#bucket, prefix, options);
  }

  async forget({ name, uploadId }: UnfinishedUpload, { signal }: AbortOptions = {}): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...this.#at(name), UploadId: uploadId });
    await this.#client.send(command, abortable(signal));
  }

  close(): void {
    this.#client.destroy();
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: name };
  }

  async #refusable(signal: AbortSignal | undefined, work: () => Promise<void>): Promise<PutObjectOutcome> {
    try {
      await work();
      return 'put';
    } catch (error) {
      if (isRefused(error)) return 'refused';
      throw signal?.aborted === true ? signal.reason : error;
    }
  }
}
