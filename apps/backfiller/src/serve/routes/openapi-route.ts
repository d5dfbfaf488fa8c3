import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { getRoute } from './get-route.ts';
import { OWN } from './schemas.ts';

/** Collects the schemas of all routes that are added afterwards. */
export async function registerOpenApi(app: FastifyInstance, version: string): Promise<void> {
  // The schemas describe; the routes check for themselves, as leniently as a restreamer does.
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Waybill node',
        version,
        description: 'What a node of a stream archive serves to viewers and to other nodes.',
      },
      tags: [
        { name: 'wubloader', description: 'As a wubloader restreamer serves it.' },
        { name: 'waybill', description: 'Between our own nodes.' },
      ],
    },
  });
}

/** GET /openapi.json */
export function addOpenApiRoute(app: FastifyInstance): void {
  const schema = {
    summary: 'This document',
    tags: OWN,
    response: { 200: { description: 'OpenAPI 3.1.', type: 'object', additionalProperties: true } },
  };
  getRoute(app, '/openapi.json', schema, (_request, reply) => {
    return reply.type('application/json; charset=utf-8').send(Buffer.from(JSON.stringify(app.swagger())));
  });
}
