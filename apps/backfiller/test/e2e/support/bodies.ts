import type { Socket } from 'node:net';

/** Bodies that break off after half of the content, in the three ways in which a body can say how long it is. */
export const TRUNCATIONS: Record<string, (content: Uint8Array) => (socket: Socket) => void> = {
  'by Content-Length': (content) => (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n`);
    socket.end(half(content));
  },
  'by the end of the connection': (content) => (socket) => {
    socket.write('HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n');
    socket.end(half(content));
  },
  'by chunks': (content) => (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${half(content).length.toString(16)}\r\n`);
    socket.end(half(content));
  },
};

const half = (content: Uint8Array): Uint8Array => content.subarray(0, Math.floor(content.length / 2));
