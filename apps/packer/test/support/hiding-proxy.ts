import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HidingProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `METHOD path` of what was asked for and shown. */
  readonly calls: readonly string[];
}

/** Stands before a server, and knows nothing of some of its paths: ours as one that speaks less. */
export async function startHidingProxy(server: string, hidden: RegExp): Promise<HidingProxy> {
  const calls: string[] = [];
  const proxy = createServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    if (hidden.test(url)) {
      request.resume();
      response.writeHead(404).end();
      return;
    }
    calls.push(`${method} ${url}`);
    // This server has told the client to go on already.
    const { expect: _expect, host: _host, ...others } = headers;
    const onward = httpRequest(new URL(url, server), { method, headers: others }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => void proxy.close(resolve));
      proxy.closeAllConnections();
      await closed;
    },
  };
}
