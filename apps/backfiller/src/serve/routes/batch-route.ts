import { Readable } from 'node:stream';
import { isHour, isSafeComponent } from '@waybill/segments';
import { sendProblem } from '@waybill/http-kit';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { BATCH_CONTENT_TYPE, BATCH_MAX_NAMES } from '../../wire/batch-frame.ts';
import { batchBody } from '../batch-body.ts';
import type { ServeContext } from '../serve-context.ts';
import { objectOf, OWN, stringSchema, textResponse } from './schemas.ts';

const component = z.string().refine(isSafeComponent, 'not a plain, visible name');

const batchRequest = z.object({
  channel: component,
  quality: component,
  hour: z.string().refine(isHour, 'not an hour'),
  // What is no segment's name is answered as missing; only a name that fits into no frame is refused.
  names: z
    .array(
      z
        .string()
        .refine((name) => name !== '' && name.isWellFormed() && Buffer.byteLength(name) <= 255, 'not a file name'),
    )
    .max(BATCH_MAX_NAMES),
});

/** POST /batch: many segments of one hour in one answer. docs/protocols/node-http.md */
export function addBatchRoute(app: FastifyInstance, { archive }: ServeContext): void {
  const schema = {
    ...{ summary: 'Many segments in one answer, framed', tags: OWN },
    body: objectOf({
      channel: stringSchema,
      quality: stringSchema,
      hour: stringSchema,
      names: { type: 'array', items: stringSchema, maxItems: BATCH_MAX_NAMES },
    }),
    response: textResponse('One frame for each name, in their order.', BATCH_CONTENT_TYPE),
  };
  app.post('/batch', { schema }, async (request, reply) => {
    const parsed = batchRequest.safeParse(request.body);
    if (!parsed.success)
      return sendProblem(reply, 400, { detail: z.prettifyError(parsed.error), code: 'ERR_BATCH_REQUEST_INVALID' });
    reply.type(BATCH_CONTENT_TYPE).header('cache-control', 'no-store');
    return reply.send(Readable.from(batchBody(archive, parsed.data), { objectMode: false, highWaterMark: 1 }));
  });
}
