import type { FastifyInstance } from 'fastify';
import type { UnusedConnections } from './connections.ts';
import type { DrainResult } from './server.ts';

/** Stops accepting, closes what is unused, waits for the rest, cuts it off after `timeoutMs`. */
export async function drainApp(
  app: FastifyInstance,
  unused: UnusedConnections,
  timeoutMs: number,
): Promise<DrainResult> {
  let cutOff = 0;
  const timer = setTimeout(() => {
    app.server.getConnections((_error, count) => {
      cutOff = count;
      app.server.closeAllConnections();
    });
  }, timeoutMs);
  try {
    unused.close();
    await app.close();
    return { cutOff };
  } finally {
    clearTimeout(timer);
  }
}
