import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/** Collects the schemas of all routes that are added afterwards. They describe; the routes check for themselves. */
export async function registerOpenApi(app: FastifyInstance, version: string): Promise<void> {
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  await app.register(swagger, {
    exposeHeadRoutes: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Waybill shaman-server',
        version,
        description:
          'Files of render jobs by their SHA-256, and checkouts of them. Protocol v2, at /, is text and not in here.',
      },
      tags: [
        { name: 'shaman v3', description: 'As Flamenco 3 has it.' },
        { name: 'waybill', description: 'Our own.' },
      ],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
  });
}
