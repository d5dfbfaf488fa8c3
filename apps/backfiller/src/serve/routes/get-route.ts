import { sendProblem } from '@waybill/http-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import type { Query } from '../query.ts';

export type Params = Readonly<Record<string, string>>;
export type GetRequest = FastifyRequest<{ Params: Params; Querystring: Query }>;
export type GetHandler = (request: GetRequest, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>;

/** Adds a route for GET and HEAD; other methods are told so (RFC 9110 section 15.5.6). */
export function getRoute(app: FastifyInstance, url: string, schema: FastifySchema, handler: GetHandler): void {
  const answer: GetHandler = (request, reply) => {
    const isEmpty = Object.values(request.params).includes('');
    return isEmpty ? sendProblem(reply, 404, { detail: 'There is nothing at this path.' }) : handler(request, reply);
  };
  const route = { url, handler: answer, exposeHeadRoute: false };
  app.route<{ Params: Params; Querystring: Query }>({ ...route, method: 'GET', schema });
  app.route<{ Params: Params; Querystring: Query }>({ ...route, method: 'HEAD', schema: { hide: true } });
  app.route({
    method: ['POST', 'PUT', 'PATCH', 'DELETE'],
    url,
    schema: { hide: true },
    handler: (_request, reply) =>
      sendProblem(reply.header('allow', 'GET, HEAD'), 405, { detail: 'This path can only be read.' }),
  });
}
