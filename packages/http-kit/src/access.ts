import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { createTokenCheck } from './bearer.ts';
import { CORS_HEADERS } from './cors.ts';
import { sendProblem } from './problem.ts';
import { createServerMetrics } from './server-metrics.ts';
import type { ServerMetrics } from './server-metrics.ts';
import type { ServerInit } from './server.ts';

/** What nginx logs when the client closed the connection before the response was finished. */
const CLIENT_CLOSED = 499;

/** Asked all the time by machines, and silent about the work: logged at `debug`. */
const MACHINE_PATHS: readonly string[] = ['/livez', '/readyz', '/metrics'];
const QUIET: ReadonlySet<string> = new Set(MACHINE_PATHS);

/** Begins a request: headers of every response, measuring, logging. */
export type BeginRequest = (request: FastifyRequest, reply: FastifyReply) => void;

export function createBeginRequest(init: ServerInit, draining: AbortSignal, onFinished: () => void): BeginRequest {
  const metrics = createServerMetrics(init.registry);
  const log = init.logger.child({ module: 'access' });
  return (request, reply) => {
    reply.header('X-Request-Id', request.id);
    if (init.cors === true) reply.headers(CORS_HEADERS);
    if (draining.aborted) reply.header('Connection', 'close');
    trackRequest(request, reply, metrics, log, onFinished);
  };
}

/** Begins every request, and refuses those without a token where tokens are set. */
export function registerAccess(app: FastifyInstance, init: ServerInit, begin: BeginRequest): void {
  const { tokens, cors = false, openPaths = MACHINE_PATHS } = init;
  const isTokenRight = tokens === undefined ? undefined : createTokenCheck(tokens);
  const open = new Set(openPaths);
  app.addHook('onRequest', (request, reply, done) => {
    begin(request, reply);
    if (cors && request.method === 'OPTIONS') {
      void reply.code(204).send();
      return;
    }
    const isOpen = isTokenRight === undefined || open.has(request.routeOptions.url ?? '');
    if (isOpen || isTokenRight(request.headers.authorization)) done();
    else void sendProblem(reply.header('WWW-Authenticate', 'Bearer'), 401, { detail: 'A valid token is needed.' });
  });
}

/**
 * Measures and logs a request until its response is finished or broken off: one line with method, path (without
 * the query, which may hold a token), status, milliseconds and bytes written, the head included.
 */
function trackRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  metrics: ServerMetrics,
  log: Logger,
  onFinished: () => void,
): void {
  const startMs = performance.now();
  const { raw, method, id: requestId } = request;
  const endpoint = request.routeOptions.url ?? 'not-found';
  const bytesBefore = bytesWritten(raw);
  const finish = metrics.start(endpoint, method);
  reply.raw.once('close', () => {
    const ms = performance.now() - startMs;
    const status = reply.raw.writableFinished ? reply.raw.statusCode : CLIENT_CLOSED;
    const bytes = bytesWritten(raw) - bytesBefore;
    finish(status, ms / 1000, bytes);
    log[QUIET.has(endpoint) ? 'debug' : 'info'](
      { requestId, method, path: pathOf(request.url), status, ms: Math.round(ms * 1000) / 1000, bytes },
      'request',
    );
    onFinished();
  });
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** Zero for requests that fastify's `inject` made: they have no connection. */
function bytesWritten({ socket }: FastifyRequest['raw']): number {
  return socket.bytesWritten || 0;
}
