import { sendProblem } from '@waybill/http-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../../auth/identity.ts';
import { answerTo, logFailure } from '../error-status.ts';
import { REFUSAL_TEXT } from '../refusals.ts';

/** Every error of one of our own routes, as problem+json (RFC 9457). */
export function sendOwnError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, message, retryAfterSeconds } = answerTo(error);
  logFailure(request, error, status);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  reply.removeHeader('content-length');
  return sendProblem(reply, status, { code, detail: message });
}

export function refuseOwn(reply: FastifyReply, refusal: Refusal | 'cross-site'): FastifyReply {
  if (refusal === 'cross-site')
    return sendProblem(reply, 403, { detail: 'Requests from pages of other sites are refused.' });
  return sendProblem(reply.header('www-authenticate', 'Bearer'), 401, { detail: REFUSAL_TEXT[refusal] });
}
