import type { FastifyInstance } from 'fastify';
import type { Identity } from '../auth/identity.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access hook where somebody was let in. */
    identity: Identity | undefined;
  }
}

/** Gives every request a place for its identity. */
export function decorateRequests(app: FastifyInstance): void {
  app.decorateRequest('identity', undefined);
}
