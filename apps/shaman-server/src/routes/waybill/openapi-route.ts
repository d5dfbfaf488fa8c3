import type { FastifyInstance } from 'fastify';
import { answer, OWN_TAGS } from './schemas.ts';

/** `GET /waybill/v1/openapi.json` */
export function addOpenApiRoute(app: FastifyInstance): void {
  const schema = {
    ...{ summary: 'This document', tags: OWN_TAGS },
    response: { 200: answer('OpenAPI 3.1.', { type: 'object', additionalProperties: true }) },
  };
  app.get('/openapi.json', { schema, exposeHeadRoute: false }, (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
}
