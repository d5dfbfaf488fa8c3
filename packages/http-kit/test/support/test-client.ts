import { createHttpClient } from '../../src/index.ts';
import type { HttpClient, HttpClientInit } from '../../src/index.ts';

/** A client that closes itself at the end of a test. */
export function testClient(init: Partial<HttpClientInit> = {}): HttpClient & AsyncDisposable {
  const client = createHttpClient({ userAgent: 'waybill-test/1', ...init });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}
