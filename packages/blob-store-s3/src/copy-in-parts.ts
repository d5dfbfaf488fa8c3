import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { abortable } from './abortable.ts';

const PART_BYTES = 1024 ** 3;

interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/** Copies what is too large for one CopyObject call, within the service. */
export async function copyInParts(
  client: S3Client,
  source: string,
  sizeBytes: number,
  target: Target,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sending = abortable(signal);
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target), sending);
  const upload = { ...target, UploadId };
  try {
    const Parts: CompletedPart[] = [];
    for (let start = 0; start < sizeBytes; start += PART_BYTES) {
      const last = Math.min(start + PART_BYTES, sizeBytes) - 1;
      const PartNumber = Parts.length + 1;
      const part = { ...upload, PartNumber, CopySource: source, CopySourceRange: `bytes=${start}-${last}` };
      const { CopyPartResult } = await client.send(new UploadPartCopyCommand(part), sending);
      Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }), sending);
  } catch (error) {
    // What cannot be removed now is removed by a sweep.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
