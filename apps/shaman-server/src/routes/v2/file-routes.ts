import { BlobCorruptError, BlobMissingError, formatBlobKey } from '@waybill/blob-store';
import { formatHex } from '@waybill/digest';
import { CONTENT_TYPES, HEADERS, STATUS_V2 } from '@waybill/shaman-protocol';
import type { FastifyInstance } from 'fastify';
import type { Services } from '../../server/services.ts';
import { parseBlobParams } from '../blob-params.ts';
import type { BlobParams } from '../blob-params.ts';
import { canDefer } from '../can-defer.ts';
import { sendBlob } from '../send-blob.ts';
import { handleUpload } from '../upload-request.ts';
import { sendText } from './v2-errors.ts';

const PATH = '/files/:sha/:size';

/** `POST`, `OPTIONS` and `GET files/{sha}/{size}` (spec section 1.1). */
export function addV2FileRoutes(app: FastifyInstance, services: Services): void {
  const { store, uploads } = services;

  app.post<{ Params: BlobParams }>(PATH, async (request, reply) => {
    const key = parseBlobParams(request.params);
    const upload = { protocol: 'v2', key, canDefer: canDefer(request, 'v2') } as const;
    const result = await handleUpload(services, upload, request, reply);
    if (result === 'stored') return reply.code(STATUS_V2.stored).send();
    if (result === 'exists') reply.header('location', request.url);
    return reply.code(STATUS_V2.alreadyThere).send();
  });

  app.options<{ Params: BlobParams }>(PATH, async (request, reply) => {
    const key = parseBlobParams(request.params);
    if (await store.has(key)) return reply.code(STATUS_V2.ok).send();
    const [isUploading] = await uploads.areUploading([key]);
    return reply.code(isUploading === true ? STATUS_V2.uploading : STATUS_V2.unknown).send();
  });

  app.route<{ Params: BlobParams }>({
    ...{ method: ['GET', 'HEAD'], url: PATH, exposeHeadRoute: false },
    async handler(request, reply) {
      const key = parseBlobParams(request.params);
      reply.header(HEADERS.checksum, formatHex(key.digest));
      try {
        // Single quotes are no tag by RFC 9110, but they are what the original sends.
        const headers = { type: CONTENT_TYPES.downloadV2, etag: `'${formatBlobKey(key)}'` };
        return await sendBlob({ request, reply, key }, store, headers);
      } catch (error) {
        if (error instanceof BlobMissingError) return sendText(reply, 404, 'File Not Found');
        if (error instanceof BlobCorruptError) return sendText(reply, 500, 'File Size Incorrect');
        throw error;
      }
    },
  });
}
