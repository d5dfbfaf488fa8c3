export { createClientMetrics } from './client-metrics.ts';
export { CORS_HEADERS } from './cors.ts';
export { createHttpClient } from './create-http-client.ts';
export { createServer } from './create-server.ts';
export {
  HttpClientClosedError,
  NodeUnreachableError,
  ResponseInvalidError,
  ResponseStatusError,
  ResponseTimeoutError,
  ResponseTooLargeError,
  ResponseTruncatedError,
  UrlInvalidError,
} from './http-errors.ts';
export { LabelLimit } from './label-limit.ts';
export { createLogger } from './logger.ts';
export { createMetrics, LATENCY_BUCKETS, SIZE_BUCKETS, sharedMetric } from './metrics.ts';
export { createProblem, PROBLEM_TYPE, sendProblem } from './problem.ts';
export { redactSecrets } from './redact.ts';
export { ServerOptionsInvalidError } from './server-errors.ts';
export { parseTarget, targetBelow } from './target.ts';

export type { ClientMetrics } from './client-metrics.ts';
export type { ErrorStatusTable } from './error-status.ts';
export type { ResponseHeaders } from './exchange.ts';
export type { ReadyCheck } from './health.ts';
export type {
  ClientTls,
  HttpBytesResponse,
  HttpClient,
  HttpClientInit,
  HttpRequestOptions,
  HttpResponse,
} from './http-client.ts';
export type { TimeoutPhase } from './http-errors.ts';
export type { Logger, LoggerInit, LogLevel } from './logger.ts';
export type { MetricsInit } from './metrics.ts';
export type { Problem, ProblemInit } from './problem.ts';
export type { DrainResult, Server, ServerInit, ServerTls } from './server.ts';
export type { Target } from './target.ts';
