import type { OutgoingHttpHeaders } from 'node:http';
import { sendProblem } from '@waybill/http-kit';
import type { FastifyInstance } from 'fastify';
import { EventStream } from '../events/event-stream.ts';
import type { Query } from '../query.ts';
import { firstOf } from '../query.ts';
import type { ServeContext } from '../serve-context.ts';
import { objectOf, OWN, stringSchema, textResponse } from './schemas.ts';

export interface EventsRouteOptions {
  /** Open streams. Default 256: some per node of a large group. */
  maxStreams?: number | undefined;
  /** Default 15,000: below the idle time-outs of common proxies. */
  keepAliveMs?: number | undefined;
  /** A client that takes nothing for so long is dropped. Default 60,000. */
  stallMs?: number | undefined;
}

const BUSY_RETRY_SECONDS = 30;

/** GET /events: new segments as server-sent events. docs/protocols/node-http.md */
export function addEventsRoute(
  app: FastifyInstance,
  { events, draining }: ServeContext,
  options: EventsRouteOptions = {},
): void {
  const { maxStreams = 256, keepAliveMs = 15_000, stallMs = 60_000 } = options;
  const streams = new Set<EventStream>();
  draining.addEventListener('abort', () => {
    for (const stream of [...streams]) stream.end();
  });
  const schema = {
    ...{ summary: 'New segments, as they appear', tags: OWN, querystring: objectOf({ since: stringSchema }) },
    response: textResponse('Events `segment` and `reset`.', 'text/event-stream'),
  };
  app.get<{ Querystring: Query }>('/events', { schema, exposeHeadRoute: false }, async (request, reply) => {
    if (streams.size >= maxStreams || draining.aborted) {
      return sendProblem(reply.header('retry-after', BUSY_RETRY_SECONDS), 503, {
        detail: 'Too many event streams are open.',
      });
    }
    const lastEventId = request.headers['last-event-id'];
    const since = firstOf(request.query, 'since') ?? (typeof lastEventId === 'string' ? lastEventId : undefined);
    reply
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no');
    reply.hijack();
    reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    const stream: EventStream = new EventStream(reply.raw, {
      log: events,
      since,
      keepAliveMs,
      stallMs,
      onClosed: () => streams.delete(stream),
    });
    if (!reply.raw.destroyed) streams.add(stream);
    return reply;
  });
}
