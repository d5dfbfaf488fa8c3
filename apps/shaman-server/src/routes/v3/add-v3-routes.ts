import type { FastifyInstance } from 'fastify';
import type { Services } from '../../server/services.ts';
import { createAccessHook } from '../access-hook.ts';
import { addV3CheckoutRoutes } from './checkout-routes.ts';
import { addV3FileRoutes } from './file-routes.ts';
import { refuseV3, sendV3Error, sendV3Problem } from './v3-errors.ts';

/** Shaman of Flamenco 3, below `/api/v3/shaman`. */
export function addV3Routes(app: FastifyInstance, services: Services): void {
  app.setErrorHandler(sendV3Error);
  app.setNotFoundHandler((_request, reply) => sendV3Problem(reply, 404, 'There is nothing at this path.'));
  app.addHook('onRequest', createAccessHook({ protocol: 'v3', auth: services.auth, refuse: refuseV3 }));
  addV3CheckoutRoutes(app, services);
  addV3FileRoutes(app, services);
}
