import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { createProblem, PROBLEM_TYPE } from './problem.ts';
import { statusText } from './status-text.ts';

/** Codes of Node's HTTP server. What is not listed is a malformed request. */
const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what is no request that a route could see (malformed, too slow, too large a head), and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket, log: Logger): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = STATUS_OF[error.code ?? ''] ?? 400;
  log.debug({ code: error.code, status }, 'connection refused');
  if (socket.writable && socket.bytesWritten === 0) socket.write(answer(status));
  socket.destroySoon();
}

function answer(status: number): string {
  const body = JSON.stringify(createProblem(status));
  const head = [
    `HTTP/1.1 ${status} ${statusText(status) ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
