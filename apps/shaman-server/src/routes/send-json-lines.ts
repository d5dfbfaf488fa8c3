import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Answers `{"name":[…]}` item by item: a list may be longer than what one wants to hold in memory. */
export function sendJsonLines(reply: FastifyReply, name: string, items: AsyncIterable<unknown>): FastifyReply {
  const body = Readable.from(textOf(name, items), { objectMode: false });
  return reply.type('application/json').send(body);
}

async function* textOf(name: string, items: AsyncIterable<unknown>): AsyncGenerator<Buffer, void, undefined> {
  yield Buffer.from(`{${JSON.stringify(name)}:[`);
  let separator = '\n';
  for await (const item of items) {
    yield Buffer.from(`${separator}${JSON.stringify(item)}`);
    separator = ',\n';
  }
  yield Buffer.from(']}\n');
}
