import { createServer } from '@waybill/http-kit';
import type { Server, ServerInit } from '@waybill/http-kit';
import { OWN_PREFIX, V3_PREFIX } from '@waybill/shaman-protocol';
import type { FastifyInstance } from 'fastify';
import { keepBodiesRaw } from '../routes/raw-bodies.ts';
import { decorateRequests } from '../routes/request-identity.ts';
import { addV2Routes } from '../routes/v2/add-v2-routes.ts';
import type { TokenRoutesInit } from '../routes/v2/token-routes.ts';
import { addV3Routes } from '../routes/v3/add-v3-routes.ts';
import { addOwnRoutes } from '../routes/waybill/add-own-routes.ts';
import { registerEarlyAnswers } from './early-answers.ts';
import type { EarlyAnswersInit } from './early-answers.ts';
import { registerOpenApi } from './openapi.ts';
import type { Services } from './services.ts';

export interface ShamanServerInit extends Pick<
  ServerInit,
  'version' | 'logger' | 'registry' | 'host' | 'port' | 'tls' | 'trustProxy' | 'checks' | 'headersTimeoutMs'
> {
  services: Services;
  tokens?: Omit<TokenRoutesInit, 'isOpen'> | undefined;
  earlyAnswers?: EarlyAnswersInit | undefined;
  /** Told of each route, for whoever wants to know them all. */
  onRoute?: ((route: { method: string | string[]; url: string }) => void) | undefined;
  /** More routes, such as web pages. */
  addRoutes?: ((app: FastifyInstance) => void | Promise<void>) | undefined;
}

/** Shaman v2 at the root, v3 and our own protocol below their prefixes, on one port. The services are the caller's to close. */
export async function createShamanServer(init: ShamanServerInit): Promise<Server> {
  const { services, tokens = {}, earlyAnswers, addRoutes, onRoute, ...http } = init;
  // An upload takes as long as it takes; what stalls is ended where its body is read.
  const server = createServer({ ...http, name: 'shaman-server', requestTimeoutMs: 0 });
  const { app } = server;
  if (onRoute !== undefined) app.addHook('onRoute', onRoute);
  registerEarlyAnswers(app, earlyAnswers);
  keepBodiesRaw(app);
  decorateRequests(app);
  await registerOpenApi(app, init.version);
  await app.register((scope, _options, done) => {
    addV2Routes(scope, services, tokens);
    done();
  });
  await app.register(
    (scope, _options, done) => {
      addV3Routes(scope, services);
      done();
    },
    { prefix: V3_PREFIX },
  );
  await app.register(
    (scope, _options, done) => {
      addOwnRoutes(scope, services);
      done();
    },
    { prefix: OWN_PREFIX },
  );
  await addRoutes?.(app);
  return server;
}
