import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';

export interface RawRequest {
  readonly method: string;
  /** As it was sent, percent-encoding included. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Writes whatever it likes to the socket: no HTTP library stands between a test and the wire. */
export type RawHandler = (request: RawRequest, socket: Socket) => void;

export interface RawHttpServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly RawRequest[];
  /** Open connections. */
  readonly connections: number;
  handler: RawHandler;
}

const parseHead = (head: string): Omit<RawRequest, 'body'> => {
  const [requestLine = '', ...lines] = head.split('\r\n');
  const [method = '', target = ''] = requestLine.split(' ');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { method, target, headers };
};

/** Splits what comes over a connection into requests and hands each on. */
const readRequests = (socket: Socket, onRequest: (request: RawRequest) => void): void => {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
      const head = parseHead(text.slice(0, end));
      const bodyEnd = end + 4 + Number(head.headers['content-length'] ?? 0);
      if (text.length < bodyEnd) return;
      const body = text.slice(end + 4, bodyEnd);
      text = text.slice(bodyEnd);
      onRequest({ ...head, body });
    }
  });
};

/** A server on 127.0.0.1 that says exactly what a test wants it to say. */
export const startRawHttpServer = async (handler: RawHandler): Promise<RawHttpServer> => {
  const sockets = new Set<Socket>();
  const requests: RawRequest[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    readRequests(socket, (request) => {
      requests.push(request);
      raw.handler(request, socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const raw: RawHttpServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get connections() {
      return sockets.size;
    },
    handler,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return raw;
};

export interface RawReply {
  /** Default 200. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
}

/** A correct answer with Content-Length. */
export const reply = (socket: Socket, { status = 200, headers = {}, body = '' }: RawReply): void => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const all = { 'Content-Length': String(bytes.length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n`), bytes]));
};
