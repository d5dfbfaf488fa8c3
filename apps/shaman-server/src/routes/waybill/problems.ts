import { sendProblem } from '@waybill/http-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../../auth/identity.ts';
import { type Denial, DENIALS } from '../denials.ts';
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

export function refuseOwn(reply: FastifyReply, refusal: Refusal | Denial): FastifyReply {
  if (refusal === 'cross-site' || refusal === 'foreign-host')
    return sendProblem(reply, DENIALS[refusal].status, { detail: DENIALS[refusal].text });
  return sendProblem(reply.header('www-authenticate', 'Bearer'), 401, { detail: REFUSAL_TEXT[refusal] });
}
