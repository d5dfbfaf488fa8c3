import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Knows the connections of a server that have not carried a request yet. The `closeIdleConnections` of Node 24 leaves
 * those open, and a drain would wait for them until its time is up.
 */
export class UnusedConnections {
  readonly #sockets = new Set<Socket>();

  constructor(server: HttpServer, event: 'connection' | 'secureConnection') {
    server.on(event, (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (request) => this.#sockets.delete(request.socket));
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroySoon();
  }
}
