import type { FastifyInstance } from 'fastify';
import type { Services } from '../../server/services.ts';
import { parseBlobParams } from '../blob-params.ts';
import type { BlobParams } from '../blob-params.ts';
import { sendBlob } from '../send-blob.ts';
import { binary, blobParams, OWN_TAGS, problem } from './schemas.ts';

/** `GET` and `HEAD /waybill/v1/files/{sha}/{size}`: a stored file, or a range of it. */
export function addDownloadRoute(app: FastifyInstance, { store }: Services): void {
  const schema = {
    ...{ summary: 'A stored file', tags: OWN_TAGS, params: blobParams },
    headers: { type: 'object', properties: { Range: { type: 'string', description: 'One range of bytes.' } } },
    response: {
      200: binary('The file.'),
      206: binary('The range.'),
      304: { description: 'It is what If-None-Match names.', type: 'null' },
      404: problem('There is no such file.'),
      416: { description: 'The range lies outside.', type: 'null' },
    },
  };
  for (const method of ['GET', 'HEAD'] as const) {
    app.route<{ Params: BlobParams }>({
      ...{ method, url: '/files/:sha/:size', exposeHeadRoute: false },
      schema: method === 'GET' ? schema : { ...schema, summary: 'Whether a file is stored' },
      handler: (request, reply) => {
        const key = parseBlobParams(request.params);
        return sendBlob({ request, reply, key }, store, { type: 'application/octet-stream' });
      },
    });
  }
}
