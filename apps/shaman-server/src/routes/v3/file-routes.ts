import { STATUS_V3 } from '@waybill/shaman-protocol';
import type { FastifyInstance } from 'fastify';
import type { Services } from '../../server/services.ts';
import { parseBlobParams } from '../blob-params.ts';
import type { BlobParams } from '../blob-params.ts';
import { canDefer } from '../can-defer.ts';
import { handleUpload } from '../upload-request.ts';
import { sendV3Problem } from './v3-errors.ts';
import { empty, errorSchema, fileParams, V3_TAGS } from './v3-schemas.ts';

const PATH = '/files/:sha/:size';

/** `GET` (is it there) and `POST files/{sha}/{size}` (here it is): spec section 1.2. */
export function addV3FileRoutes(app: FastifyInstance, services: Services): void {
  const { store, uploads } = services;

  const statusSchema = {
    ...{ summary: 'Whether a file is there', tags: V3_TAGS, params: fileParams },
    response: {
      200: {
        ...{ description: 'Its status.', type: 'object', required: ['status'] },
        properties: { status: { type: 'string', enum: ['unknown', 'uploading', 'stored'] } },
      },
      400: errorSchema,
    },
  };
  app.get<{ Params: BlobParams }>(PATH, { schema: statusSchema, exposeHeadRoute: false }, async (request, reply) => {
    const key = parseBlobParams(request.params);
    const isStored = await store.has(key);
    const [isUploading] = isStored ? [false] : await uploads.areUploading([key]);
    const status = isStored ? 'stored' : isUploading === true ? 'uploading' : 'unknown';
    return reply.type('application/json').send(JSON.stringify({ status }));
  });

  const uploadSchema = {
    ...{ summary: 'Send a file', tags: V3_TAGS, params: fileParams, consumes: ['application/octet-stream'] },
    body: { type: 'string', format: 'binary' },
    headers: {
      type: 'object',
      properties: {
        'X-Shaman-Can-Defer-Upload': { type: 'boolean', description: 'There are other files to be sent first.' },
        'X-Shaman-Original-Filename': { type: 'string', description: 'For the log. ASCII, or RFC 2047.' },
      },
    },
    response: {
      204: empty('It is stored, and durable.'),
      208: empty('It is there already.'),
      417: { ...errorSchema, description: 'Length or digest are not as declared.' },
      425: { ...errorSchema, description: 'Somebody else is sending it: come back later.' },
      '4xx': errorSchema,
      '5xx': errorSchema,
    },
  };
  app.post<{ Params: BlobParams }>(PATH, { schema: uploadSchema }, async (request, reply) => {
    const key = parseBlobParams(request.params);
    const upload = { protocol: 'v3', key, canDefer: canDefer(request, 'v3') } as const;
    const result = await handleUpload(services, upload, request, reply);
    if (result === 'stored') return reply.code(STATUS_V3.stored).send();
    if (result === 'exists') return reply.code(STATUS_V3.alreadyThere).send();
    return sendV3Problem(reply, STATUS_V3.uploading, 'somebody else is sending this file; come back later');
  });
}
