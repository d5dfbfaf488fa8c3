import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export interface EarlyAnswersInit {
  /** After an early answer, so much more of the body is read and dropped. Default 32 MiB. */
  lingerBytes?: number | undefined;
  /** The same in time. Default 10,000. */
  lingerMs?: number | undefined;
}

/** A body of which so little can be left is read to its end, which is cheaper than a new connection. */
const READ_TO_END_BYTES = 64 * 1024;

/** How long a client has for its side of the close, once ours is said. */
const CLOSE_MS = 1000;

/** How often it is looked how much has come. */
const LOOK_MS = 50;

/** Requests whose client waits for 100 or a final answer before it sends the body. */
const waiting = new WeakSet<IncomingMessage>();

/** Tells a client that waits for it (`Expect: 100-continue`) to send its body. To be called when the body is first read. */
export function continueBody(raw: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(raw)) response.writeContinue();
}

/**
 * Lets answers go out before the body has come, in a way that the client gets to read them: a connection that is closed
 * with unread bytes is reset by the system, and the reset overtakes the answer. So the rest of the body is read and
 * dropped, up to a limit in bytes and in time, and only then is the connection closed (RFC 9112 section 9.6).
 */
export function registerEarlyAnswers(app: FastifyInstance, init: EarlyAnswersInit = {}): void {
  app.server.on('checkContinue', (raw: IncomingMessage, response: ServerResponse) => {
    waiting.add(raw);
    app.server.emit('request', raw, response);
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (mayHaveMore(request)) prepare(request, reply, init);
    done();
  });
}

/** `complete` is undefined for requests that fastify's `inject` made. */
function mayHaveMore({ raw, headers }: FastifyRequest): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && (raw as { complete?: boolean }).complete === false;
}

function prepare({ raw, headers }: FastifyRequest, reply: FastifyReply, init: EarlyAnswersInit): void {
  const length = headers['content-length'];
  const isShort = length !== undefined && Number(length) <= READ_TO_END_BYTES;
  if (isShort && !waiting.has(raw)) {
    reply.raw.once('finish', () => raw.resume());
    return;
  }
  reply.header('connection', 'close');
  // Who waits for our word before it sends will send nothing now.
  closeSlowly(raw, waiting.has(raw) ? { ...init, lingerMs: 0 } : init);
}

/** Node closes a connection after its last answer by `destroySoon`, whatever is still to be read. */
function closeSlowly(
  raw: IncomingMessage,
  { lingerBytes = 32 * 1024 * 1024, lingerMs = 10_000 }: EarlyAnswersInit,
): void {
  const { socket } = raw;
  socket.destroySoon = () => {
    const startBytes = socket.bytesRead;
    const deadline = performance.now() + lingerMs;
    raw.on('error', () => undefined).resume();
    const timer = setInterval(() => {
      const isEnough = raw.readableEnded || socket.bytesRead - startBytes > lingerBytes;
      if (!isEnough && performance.now() < deadline) return;
      clearInterval(timer);
      sayGoodbye();
    }, LOOK_MS);
    const sayGoodbye = (): void => {
      socket.end();
      const last = setTimeout(() => socket.destroy(), CLOSE_MS);
      socket.once('close', () => {
        clearTimeout(last);
      });
    };
    raw.once('end', () => {
      clearInterval(timer);
      sayGoodbye();
    });
    socket.once('close', () => {
      clearInterval(timer);
    });
  };
}
