import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { posix } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { parseStoreLocation, StoreLocationInvalidError } from '@waybill/blob-store-s3';
import { type AbortOptions, FileExistsError } from '@waybill/common';
import type { ExportSink } from './export-sink.ts';

/** 10,000 of them, the most that S3 takes, are 320 GB. Two are in memory. */
const PART_BYTES = 32 * 1024 * 1024;
const PARTS_AT_A_TIME = 2;
/** Ctrl-C is to end within a second. */
const REMOVE_PARTS_MS = 800;

export interface S3SinkOptions extends AbortOptions {
  readonly force: boolean;
  readonly checksum: boolean;
}

/**
 * An object of `s3://BUCKET/NAME?endpoint=URL&region=NAME`, with credentials from the environment. S3 shows it when the upload is
 * completed; one that is broken off is aborted, and its parts are removed. `NAME.sha256sum` is put after it.
 * @throws StoreLocationInvalidError; FileExistsError without `force`; what the service answers.
 */
export async function openS3Sink(url: string, { force, checksum, signal }: S3SinkOptions): Promise<ExportSink> {
  const { bucket: Bucket, prefix, endpoint, region, pathStyle } = parseStoreLocation(url);
  if (prefix === '') throw new StoreLocationInvalidError(url, 'it names no object');
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint !== undefined && { endpoint }),
  });
  const place = { Bucket, Key: prefix.replace(/\/$/, '') };
  if (!force && (await exists(client, place, signal))) throw new FileExistsError(url);
  const body = new PassThrough({ highWaterMark: 1024 * 1024 });
  const params = { ...place, Body: body, ...(!force && { IfNoneMatch: '*' }) };
  const stop = new AbortController();
  const sender = sendingWith(client, stop.signal);
  const upload = new Upload({ client: sender, params, partSize: PART_BYTES, queueSize: PARTS_AT_A_TIME });
  // Parts that are on their way end, too.
  const stopUpload = async (): Promise<void> => {
    stop.abort();
    await upload.abort();
  };
  const onAbort = (): void => void stopUpload();
  signal?.addEventListener('abort', onAbort, { once: true });
  const done = upload.done().catch((error: unknown) => {
    throw signal?.aborted === true ? signal.reason : error;
  });
  // Told by the next write, or by the end.
  const failed = done.then(() => undefined);
  failed.catch(() => undefined);
  const hash = checksum ? createHash('sha256') : undefined;
  let sizeBytes = 0;
  let isDone = false;
  return {
    async write(bytes) {
      signal?.throwIfAborted();
      hash?.update(bytes);
      sizeBytes += bytes.length;
      // The caller uses its buffer again; parts are sent later.
      if (body.write(Uint8Array.from(bytes))) return;
      await Promise.race([once(body, 'drain', { signal }), failed]).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      });
    },
    async finish() {
      signal?.throwIfAborted();
      body.end();
      await done;
      isDone = true;
      const sha256 = hash?.digest('hex');
      if (sha256 !== undefined) {
        const Body = Buffer.from(`${sha256}  ${posix.basename(place.Key)}\n`);
        await client.send(new PutObjectCommand({ ...place, Key: `${place.Key}.sha256sum`, Body }), sendOptions(signal));
      }
      return { sizeBytes, sha256 };
    },
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', onAbort);
      if (!isDone) {
        await stopUpload();
        body.destroy();
        await failed.catch(() => undefined);
        await removeParts(client, { ...place, UploadId: upload.uploadId });
      }
      client.destroy();
    },
  };
}

const sendOptions = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { abortSignal: signal });

/** `Upload` gives its requests no signal. */
function sendingWith(client: S3Client, abortSignal: AbortSignal): S3Client {
  const send = (command: Parameters<S3Client['send']>[0]): unknown => client.send(command, { abortSignal });
  return Object.create(client, { send: { value: send } }) as S3Client;
}

/** Parts of an upload that was broken off are kept, and paid for, until somebody removes them. */
async function removeParts(
  client: S3Client,
  upload: { Bucket: string; Key: string; UploadId: string | undefined },
): Promise<void> {
  if (upload.UploadId === undefined) return;
  const abortSignal = AbortSignal.timeout(REMOVE_PARTS_MS);
  // A service that cannot be reached keeps them; why the export ended is what its user has to know.
  await client.send(new AbortMultipartUploadCommand(upload), { abortSignal }).catch(() => undefined);
}

async function exists(
  client: S3Client,
  place: { Bucket: string; Key: string },
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand(place), sendOptions(signal));
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof S3ServiceException && ['NotFound', 'NoSuchKey'].includes(error.name)) return false;
    throw error;
  }
}
