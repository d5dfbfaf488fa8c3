import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { collectBody } from '../limits/collect-body.ts';
import { codingOf, decodeBody } from '../limits/decode-body.ts';
import { BodyTooLargeError } from '../limits/limit-errors.ts';
import { requestBody } from '../limits/request-body.ts';
import { continueBody } from '../server/early-answers.ts';
import type { RequestLimits } from '../server/services.ts';

export interface OpenBodyOptions extends Pick<RequestLimits, 'idleTimeoutMs'> {
  /** What the decoded body may be at most: the reader stops it there, and what is sent to make it is bounded too. */
  readonly decodedBytes: number;
  /** Whether the reader is done with a chunk when it asks for the next one. Default false. */
  readonly copiesChunks?: boolean | undefined;
}

/**
 * The body of a request, decoded, as it comes. Throws ContentCodingUnknownError at once.
 */
export function openBody(
  { raw }: FastifyRequest,
  reply: FastifyReply,
  { idleTimeoutMs, decodedBytes, copiesChunks = false }: OpenBodyOptions,
): AsyncIterable<Uint8Array> {
  const coding = codingOf(raw.headers);
  const onStart = (): void => continueBody(raw, reply.raw);
  // A decoder keeps what it is given until it comes to it; what `inject` sends belongs to whoever sends it.
  const freesChunks = copiesChunks && coding === undefined && raw.socket instanceof Socket;
  const body = requestBody(raw, { idleTimeoutMs, onStart, freesChunks });
  return coding === undefined ? body : decodeBody(body, coding, decodedBytes);
}

/** What the reading of a whole body needs. */
export type BodyLimits = Pick<RequestLimits, 'idleTimeoutMs' | 'bodyMemory'>;

/**
 * A whole body, decoded, of which the memory is counted until the answer has gone out.
 * Throws BodyTooLargeError before the first byte is read, where the client says how many; ServerBusyError.
 */
export async function readBody(
  request: FastifyRequest,
  reply: FastifyReply,
  { idleTimeoutMs, bodyMemory }: BodyLimits,
  limitBytes: number,
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw new BodyTooLargeError('the body', limitBytes);
  const lease = bodyMemory.open();
  const release = (): void => lease[Symbol.dispose]();
  reply.raw.once('close', release);
  try {
    const body = openBody(request, reply, { idleTimeoutMs, decodedBytes: limitBytes });
    return await collectBody(body, limitBytes, { onChunk: (sizeBytes) => lease.take(sizeBytes) });
  } finally {
    // Of a client that has gone away, some of the body may still come after that, and no answer ends it.
    if (reply.raw.destroyed) release();
  }
}
