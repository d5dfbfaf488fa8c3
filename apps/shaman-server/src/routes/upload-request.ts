import { type BlobKey, BlobLengthMismatchError } from '@waybill/blob-store';
import { HEADERS, parseOriginalFilename } from '@waybill/shaman-protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Protocol } from '../auth/authenticator.ts';
import { codingOf } from '../limits/decode-body.ts';
import { BodyTooLargeError } from '../limits/limit-errors.ts';
import type { Services } from '../server/services.ts';
import { receiveUpload } from '../uploads/receive-upload.ts';
import type { UploadResult } from '../uploads/receive-upload.ts';
import { clientSignal } from './client-signal.ts';
import { openBody } from './open-body.ts';

export interface UploadRequest {
  readonly protocol: Protocol;
  readonly key: BlobKey;
  readonly canDefer: boolean;
}

/** Takes the body of a request as the file `key`. What is refused, is refused before the body is read, where that can be. */
export async function handleUpload(
  services: Services,
  { protocol, key, canDefer }: UploadRequest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<UploadResult> {
  const { metrics, limits, slots } = services;
  const { copiesChunks } = services.store;
  try {
    assertAcceptable(request, key, limits.maxFileBytes);
    const signal = clientSignal(reply);
    const upload = {
      ...{ key, canDefer },
      acquireSlot: (options: { signal?: AbortSignal | undefined }) => slots.acquire(request.ip, options),
      openBody: () => openBody(request, reply, { ...limits, decodedBytes: key.sizeBytes, copiesChunks }),
    };
    const result = await receiveUpload(services, upload, { signal });
    metrics.upload(protocol, result);
    if (result === 'stored') metrics.received(key.sizeBytes);
    logUpload(request, key, result);
    return result;
  } catch (error) {
    metrics.upload(protocol, 'refused');
    throw error;
  }
}

function assertAcceptable({ headers }: FastifyRequest, key: BlobKey, maxFileBytes: number): void {
  if (key.sizeBytes > maxFileBytes) throw new BodyTooLargeError('the file', maxFileBytes);
  const coding = codingOf(headers);
  const length = headers['content-length'];
  if (coding === undefined && length !== undefined && Number(length) !== key.sizeBytes)
    throw new BlobLengthMismatchError(key, Number(length));
}

/** The name is for people who read the log, and for nothing else: it is not checked, only escaped. */
function logUpload(request: FastifyRequest, key: BlobKey, result: UploadResult): void {
  const header = request.headers[HEADERS.originalFilename];
  const file = typeof header === 'string' ? parseOriginalFilename(header) : undefined;
  request.log.debug({ requestId: request.id, file, sizeBytes: key.sizeBytes, result }, 'upload');
}
