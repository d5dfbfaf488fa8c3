import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { AbortOptions } from '@waybill/common';
import { abortable } from './abortable.ts';
import type { UnfinishedUpload } from './object-client.ts';

/** Uploads in parts that nobody has completed or aborted: what crashed writers leave behind. */
export async function* listUnfinished(
  client: S3Client,
  bucket: string,
  prefix: string,
  { signal }: AbortOptions,
): AsyncGenerator<UnfinishedUpload, void, undefined> {
  let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {};
  while (marker !== undefined) {
    const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: prefix,
      ...marker,
    });
    const page = await client.send(command, abortable(signal));
    for (const { Key: name, UploadId: uploadId, Initiated } of page.Uploads ?? []) {
      if (name !== undefined && uploadId !== undefined)
        yield { name, uploadId, startedAtMs: Initiated?.getTime() ?? 0 };
    }
    marker =
      page.IsTruncated === true
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : undefined;
  }
}
