// Requests one path over a few keep-alive connections, as fast as it is answered.
// node load.ts URL CONNECTIONS SECONDS  → JSON {requests, seconds, bytes}
import { connect } from 'node:net';

const [url = '', connections = '4', seconds = '3'] = process.argv.slice(2);
const { hostname, port, pathname, search } = new URL(url);
const request = Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
const HEAD_END = Buffer.from('\r\n\r\n');

let requests = 0;
let bytes = 0;

/** Sends the next request when an answer is complete, by its Content-Length. */
function loop(deadline: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let left = -1;
  let head: Buffer = Buffer.alloc(0);
  const next = (): void => {
    if (performance.now() >= deadline) socket.end();
    else socket.write(request);
  };
  const take = (chunk: Buffer): void => {
    if (left < 0) {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const end = head.indexOf(HEAD_END);
      if (end < 0) return;
      const text = head.toString('latin1', 0, end);
      if (!text.startsWith('HTTP/1.1 200')) throw new Error(text.slice(0, 200));
      left = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN) - (head.length - end - HEAD_END.length);
      head = Buffer.alloc(0);
    } else left -= chunk.length;
    if (left > 0) return;
    left = -1;
    requests += 1;
    next();
  };
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    take(chunk);
  });
  socket
    .on('connect', next)
    .on('error', reject)
    .on('close', () => resolve(undefined));
  return promise;
}

const started = performance.now();
const deadline = started + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(connections) }, () => loop(deadline)));
console.log(JSON.stringify({ requests, seconds: (performance.now() - started) / 1000, bytes }));
