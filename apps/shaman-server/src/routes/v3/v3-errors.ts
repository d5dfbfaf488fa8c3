import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../../auth/identity.ts';
import { type Denial, DENIALS } from '../denials.ts';
import { answerTo, logFailure } from '../error-status.ts';
import { REFUSAL_TEXT } from '../refusals.ts';

/** `{code, message}`, `code` being the status (spec section 1.2). */
export function sendV3Problem(
  reply: FastifyReply,
  status: number,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .send(JSON.stringify({ code: status, message, ...more }));
}

/** v3 has 400 where a coding is unknown: its specification knows no 415. */
const V3_STATUS: Readonly<Record<string, number>> = { ERR_CONTENT_CODING_UNKNOWN: 400 };

/** Every error of a v3 route, as JSON. */
export function sendV3Error(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, message, retryAfterSeconds } = answerTo(error);
  logFailure(request, error, status);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  reply.removeHeader('content-length');
  return sendV3Problem(reply, V3_STATUS[code ?? ''] ?? status, message);
}

export function refuseV3(reply: FastifyReply, refusal: Refusal | Denial): FastifyReply {
  if (refusal === 'cross-site' || refusal === 'foreign-host')
    return sendV3Problem(reply, DENIALS[refusal].status, DENIALS[refusal].text);
  return sendV3Problem(reply.header('www-authenticate', 'Bearer'), 401, REFUSAL_TEXT[refusal]);
}
