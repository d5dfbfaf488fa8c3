import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Connections that were opened so far. */
  readonly opened: () => number;
  /** Connections that are open now. */
  readonly open: () => number;
  /** Heads of the requests that came, in order. */
  readonly requests: string[];
}

/** A server that answers with exactly the bytes that a test wants. `answer` is called once per request head. */
export async function rawServer(answer: (socket: Socket, request: string) => void): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let opened = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    opened++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        requests.push(request);
        answer(socket, request);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    opened: () => opened,
    open: () => sockets.size,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A complete response with Content-Length. */
export function response(body: string | Uint8Array, headers: readonly string[] = [], status = '200 OK'): Buffer {
  const content = Buffer.from(body);
  const head = [`HTTP/1.1 ${status}`, `Content-Length: ${content.byteLength}`, ...headers, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), content]);
}
