import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../../auth/identity.ts';
import { type Denial, DENIALS } from '../denials.ts';
import { answerTo, logFailure } from '../error-status.ts';
import { REFUSAL_TEXT } from '../refusals.ts';

/** As Go's `http.Error` sends it. */
const TEXT = 'text/plain; charset=utf-8';

export function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply
    .code(status)
    .type(TEXT)
    .send(text.endsWith('\n') || text === '' ? text : `${text}\n`);
}

/** Statuses that v2 has for what others call by another (spec section 1.1). */
const V2_STATUS: Readonly<Record<string, number>> = { ERR_CONTENT_CODING_UNKNOWN: 400, ERR_FILES_MISSING: 400 };

/** Every error of a v2 route, as text. */
export function sendV2Error(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, message, retryAfterSeconds } = answerTo(error);
  logFailure(request, error, status);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  reply.removeHeader('content-length');
  return sendText(reply, V2_STATUS[code ?? ''] ?? status, message);
}

/** 498: the status of the original for a token that was right once (spec section 1.1). */
export function refuseV2(reply: FastifyReply, refusal: Refusal | Denial): FastifyReply {
  if (refusal === 'cross-site' || refusal === 'foreign-host')
    return sendText(reply, DENIALS[refusal].status, DENIALS[refusal].text);
  if (refusal !== 'expired') reply.header('www-authenticate', 'Bearer');
  return sendText(reply, refusal === 'expired' ? 498 : 401, REFUSAL_TEXT[refusal]);
}
