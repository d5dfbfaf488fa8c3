import type { FastifyReply } from 'fastify';

/** The client went away before its answer was finished. */
class ClientGoneError extends Error {
  /** Nobody reads it, but it is counted, and no failure of the server. nginx's own number for this. */
  readonly statusCode = 499;
}

/** Fires when the client goes away before the answer is finished. */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const { raw } = reply;
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort(new ClientGoneError('the client went away'));
  });
  return controller.signal;
}
