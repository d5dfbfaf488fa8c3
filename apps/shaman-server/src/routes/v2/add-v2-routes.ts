import type { FastifyInstance } from 'fastify';
import type { Services } from '../../server/services.ts';
import { createAccessHook } from '../access-hook.ts';
import { addV2CheckoutRoutes } from './checkout-routes.ts';
import { addV2FileRoutes } from './file-routes.ts';
import { addV2TokenRoutes, TOKEN_ROUTES } from './token-routes.ts';
import type { TokenRoutesInit } from './token-routes.ts';
import { refuseV2, sendV2Error } from './v2-errors.ts';

/** Shaman of Flamenco Manager 2, at the root of the server. */
export function addV2Routes(app: FastifyInstance, services: Services, tokens: Omit<TokenRoutesInit, 'isOpen'>): void {
  const { auth } = services;
  app.setErrorHandler(sendV2Error);
  // Text in, text out: nothing that OpenAPI could describe.
  app.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, hide: true };
  });
  app.addHook('onRequest', createAccessHook({ protocol: 'v2', auth, openRoutes: TOKEN_ROUTES, refuse: refuseV2 }));
  addV2TokenRoutes(app, { ...tokens, isOpen: auth.isOpen });
  addV2CheckoutRoutes(app, services);
  addV2FileRoutes(app, services);
}
