import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestLimits } from '../server/services.ts';
import { readBody } from './open-body.ts';
import { RequestInvalidError } from './request-errors.ts';

/** A body as JSON; an empty one is `undefined`. Throws RequestInvalidError, BodyTooLargeError. */
export async function readJson(
  request: FastifyRequest,
  reply: FastifyReply,
  limits: Pick<RequestLimits, 'idleTimeoutMs'>,
  limitBytes: number,
): Promise<unknown> {
  const bytes = await readBody(request, reply, limits, limitBytes);
  if (bytes.byteLength === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw new RequestInvalidError('the body is no JSON');
  }
}
