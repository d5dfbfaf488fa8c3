import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { waitFor } from '@waybill/test-kit';

export interface RawClient extends Disposable {
  readonly socket: Socket;
  /** What came, one element per read. */
  readonly reads: string[];
  readonly text: () => string;
  readonly closed: () => boolean;
  /** Writes, and waits until `count` complete responses (with Content-Length) came in all. */
  send(text: string, count: number): Promise<void>;
}

/** A connection on which a test speaks HTTP itself. */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const reads: string[] = [];
  let isClosed = false;
  socket.on('data', (data) => reads.push(data.toString('latin1')));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
  });
  await once(socket, 'connect');
  return {
    socket,
    reads,
    text: () => reads.join(''),
    closed: () => isClosed,
    async send(text, count) {
      socket.write(text);
      await waitFor(() => completeResponses(reads.join('')) >= count, { intervalMs: 1 });
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

function completeResponses(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count++) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end === -1) return count;
    const length = /content-length: (\d+)/i.exec(text.slice(at, end))?.[1] ?? '0';
    at = end + 4 + Number(length);
    if (at > text.length) return count;
  }
  return count;
}

/** A GET of a path on a connection that stays open. */
export function get(path: string, headers: readonly string[] = []): string {
  return [`GET ${path} HTTP/1.1`, 'Host: test', ...headers, '', ''].join('\r\n');
}
