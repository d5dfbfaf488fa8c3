import { createRequire } from 'node:module';
import type { ServerOptions } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type * as FastifyModule from 'fastify';
import type { FastifyBaseLogger, FastifyHttpsOptions, FastifyInstance, FastifyServerOptions } from 'fastify';
import { createBeginRequest, registerAccess } from './access.ts';
import type { BeginRequest } from './access.ts';
import { answerClientError } from './client-error.ts';
import { UnusedConnections } from './connections.ts';
import { drainApp } from './drain.ts';
import { registerErrorAnswers, sendError } from './error-answers.ts';
import { registerHealth } from './health.ts';
import type { ReadyCheck } from './health.ts';
import { requestIdOf } from './request-id.ts';
import { ServerOptionsInvalidError } from './server-errors.ts';
import type { DrainResult, Server, ServerInit } from './server.ts';

/** Loaded with the first server: programs that only are clients would spend a tenth of their start on it. */
const loadFastify = (): typeof FastifyModule => createRequire(import.meta.url)('fastify') as typeof FastifyModule;

/** Longest path component that may come: names on disk have at most 255 bytes, percent-encoded thrice that. */
const MAX_PARAM_LENGTH = 1024;

/** A fastify server set up as every service of ours: `ServerInit` says what it does, and its defaults. */
export function createServer(init: ServerInit): Server {
  refuseDangerousOptions(init);
  const draining = new AbortController();
  const begin = createBeginRequest(init, draining.signal, () => {
    if (draining.signal.aborted) setImmediate(() => app.server.closeIdleConnections());
  });
  const app = createApp(init, begin);
  const checks = new Map<string, ReadyCheck>(Object.entries(init.checks ?? {}));
  const unused = new UnusedConnections(app.server, init.tls === undefined ? 'connection' : 'secureConnection');
  registerAccess(app, init, begin);
  registerErrorAnswers(app, init.errorStatus ?? {});
  const { name, version, checkTimeoutMs = 900 } = init;
  registerHealth(app, { name, version, checks, draining: draining.signal, checkTimeoutMs });
  app.get('/metrics', async (_request, reply) => {
    return reply.type(init.registry.contentType).send(await init.registry.metrics());
  });
  let drained: Promise<DrainResult> | undefined;
  return {
    app,
    checks,
    draining: draining.signal,
    listen: () => listen(app, init),
    drain(timeoutMs = 20_000) {
      draining.abort();
      drained ??= drainApp(app, unused, timeoutMs);
      return drained;
    },
  };
}

function createApp(init: ServerInit, begin: BeginRequest): FastifyInstance {
  const { logger, trustProxy = false, bodyLimitBytes = 1024 * 1024, tls } = init;
  const { fastify, LogController } = loadFastify();
  const loggerInstance: FastifyBaseLogger = logger.child({ module: 'http' });
  const options: FastifyServerOptions = {
    loggerInstance,
    // The access log is ours (access.ts): fastify's two lines per request say less and cost more.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    trustProxy,
    bodyLimit: bodyLimitBytes,
    keepAliveTimeout: init.keepAliveTimeoutMs ?? 75_000,
    requestTimeout: init.requestTimeoutMs ?? 60_000,
    connectionTimeout: init.stalledTimeoutMs ?? 600_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    clientErrorHandler: (error, socket) => {
      answerClientError(error, socket, logger);
    },
    frameworkErrors: (error, request, reply) => {
      begin(request, reply);
      sendError(error, request, reply, {});
    },
  };
  if (tls === undefined) return fastify({ ...options, http: nodeOptions(init) });
  const https = { ...nodeOptions(init), ...tlsOptions(tls) };
  // A route sees no difference; one type for both keeps fastify's type parameters out of every app.
  return fastify({ ...(options as object), https } as FastifyHttpsOptions<HttpsServer>);
}

function nodeOptions(init: ServerInit): ServerOptions {
  const { maxHeaderBytes = 16 * 1024, headersTimeoutMs = 10_000, requestTimeoutMs = 60_000 } = init;
  return {
    noDelay: true,
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: requestTimeoutMs === 0 ? headersTimeoutMs : Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    // Node looks for late connections this often; its default of 30 s would make the timeouts above meaningless.
    connectionsCheckingInterval: Math.min(5000, Math.max(50, headersTimeoutMs / 4)),
  };
}

function tlsOptions({ key, cert, ca, requireClientCert = false }: NonNullable<ServerInit['tls']>) {
  return {
    key: Buffer.from(key),
    cert: Buffer.from(cert),
    ...(ca !== undefined && { ca: Buffer.from(ca) }),
    requestCert: requireClientCert,
    rejectUnauthorized: requireClientCert,
    minVersion: 'TLSv1.2' as const,
  };
}

function refuseDangerousOptions({ tls, tokens }: ServerInit): void {
  if (tls?.requireClientCert === true && tls.ca === undefined) {
    throw new ServerOptionsInvalidError('requireClientCert needs ca, else any public certificate would do');
  }
  if (tokens?.some((token) => token.trim() === '') === true || tokens?.length === 0) {
    throw new ServerOptionsInvalidError('tokens are set, but one is empty or there is none');
  }
}

async function listen(app: FastifyInstance, init: ServerInit): Promise<{ url: string; port: number }> {
  const { host = '127.0.0.1', port = 0, tls } = init;
  await app.listen({ host, port });
  const address = app.server.address() as AddressInfo;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return { url: `${tls === undefined ? 'http' : 'https'}://${shownHost}:${address.port}`, port: address.port };
}
