import type { FastifyReply } from 'fastify';

/** The client went away before its answer was finished. */
class ClientGoneError extends Error {
  /** Nobody reads it, but it is counted, and no failure of the server. nginx's own number for this. */
  readonly statusCode = 499;
}

/** Fires when the client goes away before the answer is finished; has fired where it is gone already. */
export function clientSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const note = (): void => {
    if (!raw.writableFinished) controller.abort(new ClientGoneError('the client went away'));
  };
  if (raw.destroyed) note();
  else raw.once('close', note);
  return controller.signal;
}
