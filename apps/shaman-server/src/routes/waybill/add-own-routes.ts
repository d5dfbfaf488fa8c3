import type { FastifyInstance } from 'fastify';
import { sendProblem } from '@waybill/http-kit';
import { OWN_PREFIX } from '@waybill/shaman-protocol';
import type { Services } from '../../server/services.ts';
import { createAccessHook } from '../access-hook.ts';
import { addBatchRoute } from './batch-route.ts';
import { addCapabilitiesRoute } from './capabilities-route.ts';
import { addCheckoutRoutes } from './checkout-routes.ts';
import { addDownloadRoute } from './file-routes.ts';
import { addOpenApiRoute } from './openapi-route.ts';
import { refuseOwn, sendOwnError } from './problems.ts';
import { addRequirementsRoute } from './requirements-route.ts';
import { addStatsRoute } from './stats-route.ts';
import { addUpkeepRoutes } from './upkeep-routes.ts';
import { addUploadRoutes } from './upload-routes.ts';

/** They say what this server can do, and nothing about what is in it. */
const OPEN_ROUTES = [`${OWN_PREFIX}/capabilities`, `${OWN_PREFIX}/openapi.json`];

/** Our own protocol, below `/waybill/v1`. */
export function addOwnRoutes(app: FastifyInstance, services: Services): void {
  app.setErrorHandler(sendOwnError);
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, 404, { detail: 'There is nothing at this path.' }));
  const { auth } = services;
  app.addHook('onRequest', createAccessHook({ protocol: 'waybill', auth, openRoutes: OPEN_ROUTES, refuse: refuseOwn }));
  addCapabilitiesRoute(app, services);
  addRequirementsRoute(app, services);
  addBatchRoute(app, services);
  addUploadRoutes(app, services);
  addDownloadRoute(app, services);
  addCheckoutRoutes(app, services);
  addStatsRoute(app, services);
  addUpkeepRoutes(app, services);
  addOpenApiRoute(app);
}
