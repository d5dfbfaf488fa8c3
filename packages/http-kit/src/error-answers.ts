import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerTo } from './error-status.ts';
import type { ErrorStatusTable } from './error-status.ts';
import { sendProblem } from './problem.ts';

/** Makes every error that leaves a route, and every path without a route, a problem+json answer. */
export function registerErrorAnswers(app: FastifyInstance, table: ErrorStatusTable): void {
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, table));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, 404, { detail: 'There is nothing at this path.' }));
}

/** Answers an error. What became 5xx is logged, with the request's id, because the answer does not say why. */
export function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  table: ErrorStatusTable,
): FastifyReply {
  const { status, code, detail } = answerTo(error, table);
  if (status >= 500) request.log.error({ err: error, requestId: request.id }, `Request ended with status ${status}`);
  reply.removeHeader('content-length').removeHeader('content-encoding');
  return sendProblem(reply, status, { code, detail });
}
