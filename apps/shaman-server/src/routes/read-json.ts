import type { FastifyReply, FastifyRequest } from 'fastify';
import { type BodyLimits, readBody } from './open-body.ts';
import { RequestInvalidError } from './request-errors.ts';

/** A body as JSON; an empty one is `undefined`. Throws RequestInvalidError, and what `readBody` throws. */
export async function readJson(
  request: FastifyRequest,
  reply: FastifyReply,
  limits: BodyLimits,
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
