import { CONTENT_TYPES, decodeBatchFrames, DEFAULT_BATCH_LIMITS } from '@waybill/shaman-protocol';
import type { BatchResult } from '@waybill/shaman-protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { codingOf } from '../../limits/decode-body.ts';
import type { Services } from '../../server/services.ts';
import { type BatchOutcome, receiveBatch } from '../../uploads/receive-batch.ts';
import { answerTo } from '../error-status.ts';
import { clientSignal } from '../client-signal.ts';
import { openBody } from '../open-body.ts';
import { answer, arrayOf, objectOf, OWN_TAGS, problem, textSchema } from './schemas.ts';

const result = objectOf({ status: textSchema, code: textSchema, message: textSchema });

/** Contents and the heads of their frames. */
const MAX_BODY_BYTES = DEFAULT_BATCH_LIMITS.maxBytes + 64 * DEFAULT_BATCH_LIMITS.maxFiles;

/** `POST /waybill/v1/batch`: many small files in one request, which share what durability costs. docs/protocols/shaman.md */
export function addBatchRoute(app: FastifyInstance, services: Services): void {
  const schema = {
    ...{ summary: 'Send many small files', tags: OWN_TAGS, consumes: [CONTENT_TYPES.batch] },
    body: { type: 'string', format: 'binary' },
    response: {
      200: answer(
        'One result for each file, in their order: stored, exists, uploading or error. The first two are durable.',
        {
          ...objectOf({ results: arrayOf(result) }),
        },
      ),
      400: problem('The frames are not as they have to be; files before that may have been stored.'),
    },
  };
  app.post('/batch', { schema }, async (request, reply) => {
    const { limits, slots, space } = services;
    const signal = clientSignal(reply);
    using _slot = await slots.acquire(request.ip, { signal });
    using _room = await space.reserve(roomFor(request));
    const body = openBody(request, reply, { ...limits, decodedBytes: MAX_BODY_BYTES });
    const outcomes = await receiveBatch(services, decodeBatchFrames(body), { signal });
    const results = outcomes.map((outcome) => resultOf(outcome, services));
    return await reply.type('application/json').send(JSON.stringify({ results }));
  });
}

/** What a batch may hold at most, before its first byte has come. A compressed one does not say. */
function roomFor({ headers }: FastifyRequest): number {
  const length = Number(headers['content-length'] ?? MAX_BODY_BYTES);
  return codingOf(headers) === undefined ? Math.min(length, MAX_BODY_BYTES) : MAX_BODY_BYTES;
}

function resultOf(outcome: BatchOutcome, { metrics, usage }: Services): BatchResult {
  if (outcome.outcome === 'deferred') {
    metrics.upload('waybill', 'deferred');
    return { status: 'uploading' };
  }
  if (outcome.outcome === 'failed') {
    metrics.upload('waybill', 'refused');
    const { code = 'ERR_INTERNAL', message } = answerTo(outcome.error);
    return { status: 'error', code, message };
  }
  metrics.upload('waybill', outcome.outcome);
  if (outcome.outcome === 'stored') {
    metrics.received(outcome.key.sizeBytes);
    usage.added(outcome.key.sizeBytes);
  }
  return { status: outcome.outcome };
}
