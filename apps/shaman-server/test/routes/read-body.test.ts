import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { BodyMemory } from '../../src/limits/body-memory.ts';
import { readBody } from '../../src/routes/open-body.ts';

function exchange(state: { destroyed: boolean }) {
  const raw = Object.assign(Readable.from([Buffer.from('half a '), Buffer.from('definition')]), { headers: {} });
  const answer = Object.assign(new EventEmitter(), state, { headersSent: true });
  const request = { raw, headers: {} } as unknown as FastifyRequest;
  return { answer, request, reply: { raw: answer } as unknown as FastifyReply };
}

const read = async ({ request, reply }: ReturnType<typeof exchange>, bodyMemory: BodyMemory): Promise<string> =>
  (await readBody(request, reply, { idleTimeoutMs: 10_000, bodyMemory }, 100)).toString();

it('counts the memory of a body until the answer has gone out', async () => {
  const memory = new BodyMemory(100);
  const call = exchange({ destroyed: false });
  expect(await read(call, memory)).toBe('half a definition');
  expect(memory.usedBytes).toBe(17);
  call.answer.emit('close');
  expect(memory.usedBytes).toBe(0);
});

it('gives back the memory of a client that had gone away before its body was read', async () => {
  const memory = new BodyMemory(100);
  await read(exchange({ destroyed: true }), memory).catch(() => undefined);
  expect(memory.usedBytes).toBe(0);
});
