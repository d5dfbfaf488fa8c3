import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { ErrorStatusTable } from './error-status.ts';
import type { ReadyCheck } from './health.ts';
import type { Logger } from './logger.ts';

/** PEM. With `requireClientCert`, only clients with a certificate signed by `ca` get in. */
export interface ServerTls {
  key: string | Uint8Array;
  cert: string | Uint8Array;
  ca?: string | Uint8Array | undefined;
  /** Default false. Needs `ca`. */
  requireClientCert?: boolean | undefined;
}

export interface ServerInit {
  name: string;
  version: string;
  logger: Logger;
  /** Served at `/metrics`. */
  registry: Registry;
  /** Default 127.0.0.1: opening it to a network is a decision. */
  host?: string | undefined;
  /** Default 0: any free port. */
  port?: number | undefined;
  /** Error code → status. Errors that are not listed become 500 without details. Default: none. */
  errorStatus?: ErrorStatusTable | undefined;
  /** Named checks of `/readyz`. More can be set later in `checks`. */
  checks?: Readonly<Record<string, ReadyCheck>> | undefined;
  /** A check that takes longer has failed. Default 900: below the second that Kubernetes waits for an answer. */
  checkTimeoutMs?: number | undefined;
  /** Whose X-Forwarded-* headers to believe, as fastify takes it. Default: nobody's. */
  trustProxy?: boolean | string | string[] | undefined;
  /** The CORS headers of a restreamer on every response, and an answer to OPTIONS. Default false. */
  cors?: boolean | undefined;
  /** Any of these opens every route but `openPaths`. Default: no token needed. */
  tokens?: readonly string[] | undefined;
  /** Routes that need no token. Default `/livez`, `/readyz` and `/metrics`. */
  openPaths?: readonly string[] | undefined;
  tls?: ServerTls | undefined;
  /** Most bytes of a request's body. Default 1 MiB. */
  bodyLimitBytes?: number | undefined;
  /** Most bytes of a request's head. Default 16 KiB. */
  maxHeaderBytes?: number | undefined;
  /** For the head of a request. Default 10,000. */
  headersTimeoutMs?: number | undefined;
  /** For a whole request, its body included. Default 60,000; 0 switches it off, for long uploads. */
  requestTimeoutMs?: number | undefined;
  /** Closes a connection on which nothing moved for so long during a request. Default 600,000; 0 switches it off. */
  stalledTimeoutMs?: number | undefined;
  /** How long an unused connection is kept. Default 75,000, as nginx does. */
  keepAliveTimeoutMs?: number | undefined;
}

export interface DrainResult {
  /** Connections that were cut off because they did not end in time. */
  cutOff: number;
}

export interface Server {
  /** Routes are added here, before `listen`. */
  readonly app: FastifyInstance;
  /** Named checks of `/readyz`; may be changed at any time. */
  readonly checks: Map<string, ReadyCheck>;
  /** Fires when `drain` begins: responses without an end (events) must end then. */
  readonly draining: AbortSignal;
  /** Resolves to the URL, with the real port. */
  listen(): Promise<{ url: string; port: number }>;
  /**
   * Stops accepting, closes unused connections at once, lets responses under way finish for `timeoutMs`
   * (default 20,000), then cuts the rest off. May be called more than once.
   */
  drain(timeoutMs?: number): Promise<DrainResult>;
}
