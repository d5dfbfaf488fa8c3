import type { FastifyInstance } from 'fastify';
import type { Services } from '../../server/services.ts';
import { answer, countSchema, objectOf, OWN_TAGS, sizeSchema } from './schemas.ts';

/** `GET /waybill/v1/stats`: how much there is, and how much is under way. */
export function addStatsRoute(app: FastifyInstance, services: Services): void {
  const counted = { type: ['object', 'null'], properties: { blobs: countSchema, sizeBytes: sizeSchema } };
  const schema = {
    ...{ summary: 'How much is stored and under way', tags: OWN_TAGS },
    response: {
      200: answer('`store` is null until it has been counted for the first time.', {
        ...objectOf({
          store: counted,
          uploads: objectOf({ inFlight: countSchema, bodies: countSchema, waiting: countSchema }),
          pins: objectOf({ pins: countSchema, blobs: countSchema }),
          upkeep: objectOf({ collecting: { type: 'boolean' }, scrubbing: { type: 'boolean' } }),
        }),
      }),
    },
  };
  app.get('/stats', { schema, exposeHeadRoute: false }, async (_request, reply) => {
    return reply.type('application/json').send(JSON.stringify(await statsOf(services)));
  });
}

async function statsOf({ usage, uploads, slots, pins, collector, scrubber }: Services) {
  return {
    store: usage.current ?? null,
    uploads: { inFlight: uploads.list().length, bodies: slots.used, waiting: slots.waiting },
    pins: await pins.count(),
    upkeep: { collecting: collector.running, scrubbing: scrubber.running },
  };
}
