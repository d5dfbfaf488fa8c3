import type { BlobKey, PartialUploads } from '@waybill/blob-store';
import { formatHex } from '@waybill/digest';
import { sendProblem } from '@waybill/http-kit';
import { HEADERS } from '@waybill/shaman-protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BodyTooLargeError } from '../../limits/limit-errors.ts';
import type { Services } from '../../server/services.ts';
import { appendUpload, uploadState } from '../../uploads/append-upload.ts';
import type { UploadState } from '../../uploads/append-upload.ts';
import { UploadOffsetMismatchError } from '../../uploads/upload-errors.ts';
import { parseBlobParams } from '../blob-params.ts';
import type { BlobParams } from '../blob-params.ts';
import { clientSignal } from '../client-signal.ts';
import { openBody } from '../open-body.ts';
import { RequestInvalidError } from '../request-errors.ts';
import {
  answer,
  arrayOf,
  blobParams,
  countSchema,
  nothing,
  objectOf,
  OWN_TAGS,
  problem,
  shaSchema,
  sizeSchema,
  timeSchema,
} from './schemas.ts';

const PATH = '/uploads/:sha/:size';

interface Params {
  Params: BlobParams;
}

/** Uploads that can be resumed (docs/protocols/shaman.md), and the list of what is under way. */
export function addUploadRoutes(app: FastifyInstance, services: Services): void {
  addListRoute(app, services);
  const { partials } = services.store;
  if (partials !== undefined) addResumableRoutes(app, { ...services, partials });
}

function addListRoute(app: FastifyInstance, { uploads }: Services): void {
  const upload = objectOf({
    sha: shaSchema,
    size: sizeSchema,
    receivedBytes: countSchema,
    startedAtMs: timeSchema,
    waiting: countSchema,
  });
  const schema = {
    ...{ summary: 'Uploads under way in this process', tags: OWN_TAGS },
    response: { 200: answer('Oldest first.', objectOf({ uploads: arrayOf(upload) })) },
  };
  app.get('/uploads', { schema, exposeHeadRoute: false }, (_request, reply) => {
    const list = uploads
      .list()
      .map(({ key, ...rest }) => ({ sha: formatHex(key.digest), size: key.sizeBytes, ...rest }));
    return reply.type('application/json').send(JSON.stringify({ uploads: list }));
  });
}

function addResumableRoutes(app: FastifyInstance, services: Services & { readonly partials: PartialUploads }): void {
  const { limits, metrics, slots, partials } = services;
  const { copiesChunks } = services.store;

  const headSchema = {
    ...{ summary: 'How far an upload has come', tags: OWN_TAGS, params: blobParams },
    response: {
      204: nothing('Upload-Offset and Upload-Complete say it.'),
      409: problem('Somebody else is sending it.'),
    },
  };
  app.head<Params>(PATH, { schema: headSchema }, async (request, reply) => {
    return sendState(reply, await uploadState(services, parseBlobParams(request.params)));
  });

  const patchSchema = {
    ...{ summary: 'Go on with an upload', tags: OWN_TAGS, params: blobParams, consumes: ['application/octet-stream'] },
    headers: objectOf({ 'Upload-Offset': { ...countSchema, description: 'Where the body goes on.' } }),
    body: { type: 'string', format: 'binary' },
    response: {
      204: nothing('It is durable; with Upload-Complete: ?1 the file is stored.'),
      409: problem('The upload stands elsewhere, which Upload-Offset says; or somebody else is sending it.'),
      417: problem('Length or digest are not as declared.'),
    },
  };
  app.patch<Params>(PATH, { schema: patchSchema }, async (request, reply) => {
    const key = parseBlobParams(request.params);
    const offset = parseOffset(request, key, limits.maxFileBytes);
    const part = {
      ...{ key, offset },
      acquireSlot: (options: { signal?: AbortSignal | undefined }) => slots.acquire(request.ip, options),
      openBody: () => openBody(request, reply, { ...limits, copiesChunks, decodedBytes: key.sizeBytes - offset }),
    };
    try {
      const state = await appendUpload(services, part, { signal: clientSignal(reply) });
      if (state.isComplete) metrics.upload('waybill', 'stored');
      return await sendState(reply, state);
    } catch (error) {
      if (!(error instanceof UploadOffsetMismatchError)) throw error;
      reply.header(HEADERS.uploadOffset, error.expectedOffset);
      return sendProblem(reply, 409, { code: error.code, detail: error.message });
    }
  });

  const deleteSchema = {
    ...{ summary: 'Give up an upload', tags: OWN_TAGS, params: blobParams },
    response: { 204: nothing('What had come is gone.'), 409: problem('Somebody is sending it.') },
  };
  app.delete<Params>(PATH, { schema: deleteSchema }, async (request, reply) => {
    const partial = await partials.open(parseBlobParams(request.params));
    await partial.discard();
    return reply.code(204).send();
  });
}

/** Structured-field booleans (RFC 9651 section 3.3.6), as in the IETF's draft on resumable uploads. */
function sendState(reply: FastifyReply, { offset, isComplete }: UploadState): FastifyReply {
  reply.header(HEADERS.uploadOffset, offset).header(HEADERS.uploadComplete, isComplete ? '?1' : '?0');
  reply.header('cache-control', 'no-store');
  return reply.code(204).send();
}

function parseOffset({ headers }: FastifyRequest, key: BlobKey, maxFileBytes: number): number {
  if (key.sizeBytes > maxFileBytes) throw new BodyTooLargeError('the file', maxFileBytes);
  const text = headers[HEADERS.uploadOffset];
  const offset = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!(offset <= key.sizeBytes)) throw new RequestInvalidError('Upload-Offset is not a number within the file');
  return offset;
}
