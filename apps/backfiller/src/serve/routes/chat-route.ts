import type { FastifyInstance } from 'fastify';
import { chatMessages } from '../chat/chat-messages.ts';
import { refuseHidden, sendText } from '../plain-text.ts';
import { firstOf } from '../query.ts';
import { tryParseQueryTime } from '../query-time.ts';
import type { ServeContext } from '../serve-context.ts';
import { getRoute } from './get-route.ts';
import { COMPATIBLE, paramsOf, rangeQuery } from './schemas.ts';

const MAX_RANGE_MICROS = 2 * 3_600_000_000;

/** /CH/chat.json: messages of up to two hours. */
export function addChatRoute(app: FastifyInstance, { archive, logger }: ServeContext): void {
  const schema = {
    ...{
      summary: 'Chat messages of a range, merged from all batches',
      tags: COMPATIBLE,
      params: paramsOf('channel'),
      querystring: rangeQuery,
    },
    response: {
      200: { description: 'By time.', type: 'array', items: { type: 'object', additionalProperties: true } },
    },
  };
  getRoute(app, '/:channel/chat.json', schema, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const start = tryParseQueryTime(firstOf(request.query, 'start') ?? '');
    const end = tryParseQueryTime(firstOf(request.query, 'end') ?? '');
    if (start === undefined || end === undefined) return sendText(reply, 400, 'Invalid timestamp');
    if (end <= start) return sendText(reply, 400, 'End must be after start');
    if (end - start > MAX_RANGE_MICROS) return sendText(reply, 400, 'Cannot request more than 2h of chat');
    const messages = await chatMessages(archive, logger, request.params['channel'] ?? '', start, end);
    return reply.type('application/json; charset=utf-8').send(Buffer.from(JSON.stringify(messages)));
  });
}
