import type { FastifyReply } from 'fastify';

/** The answers that a wubloader restreamer words in plain text keep its words: its clients may look for them. */
export function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(text);
}

/**
 * Answers 403 where a path argument begins with a period: hidden folders, and the way out of the archive.
 * Returns whether it did.
 */
export function refuseHidden(reply: FastifyReply, params: Readonly<Record<string, string>>): boolean {
  const hidden = Object.keys(params).find((key) => params[key]?.startsWith('.'));
  if (hidden === undefined) return false;
  sendText(reply, 403, `Bad ${hidden}: May not start with a period`);
  return true;
}
