// The client alone: a program that only asks loads none of the libraries that servers are made of.
export { createHttpClient } from './create-http-client.ts';
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

export type { ClientMetrics } from './client-metrics.ts';
export type {
  ClientTls,
  HttpBytesResponse,
  HttpClient,
  HttpClientInit,
  HttpRequestOptions,
  HttpResponse,
} from './http-client.ts';
