import type { FastifyReply, FastifyRequest } from 'fastify';
import { collectBody } from '../limits/collect-body.ts';
import { codingOf, decodeBody } from '../limits/decode-body.ts';
import { BodyTooLargeError } from '../limits/limit-errors.ts';
import { requestBody } from '../limits/request-body.ts';
import { continueBody } from '../server/early-answers.ts';
import type { RequestLimits } from '../server/services.ts';

/**
 * The body of a request, decoded, as it comes. `decodedBytes` is what it may be at most: the reader stops it there, and what
 * is sent to make it is bounded too. Throws ContentCodingUnknownError at once.
 */
export function openBody(
  { raw }: FastifyRequest,
  reply: FastifyReply,
  { idleTimeoutMs }: Pick<RequestLimits, 'idleTimeoutMs'>,
  decodedBytes: number,
): AsyncIterable<Uint8Array> {
  const coding = codingOf(raw.headers);
  const onStart = (): void => continueBody(raw, reply.raw);
  const body = requestBody(raw, { idleTimeoutMs, onStart });
  return coding === undefined ? body : decodeBody(body, coding, decodedBytes);
}

/** A whole small body, decoded. Throws BodyTooLargeError before the first byte is read, where the client says how many. */
export async function readBody(
  request: FastifyRequest,
  reply: FastifyReply,
  limits: Pick<RequestLimits, 'idleTimeoutMs'>,
  limitBytes: number,
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw new BodyTooLargeError('the body', limitBytes);
  return await collectBody(openBody(request, reply, limits, limitBytes), limitBytes);
}
