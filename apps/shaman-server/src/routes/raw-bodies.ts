import type { FastifyInstance } from 'fastify';

/**
 * Leaves every body on its connection, for the route to read: files stream straight into the store, and nobody holds a body
 * in memory before its route has decided what to do with it.
 */
export function keepBodiesRaw(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
}
