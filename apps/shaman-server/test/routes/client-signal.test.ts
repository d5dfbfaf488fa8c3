import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { expect, it } from 'vitest';
import { clientSignal } from '../../src/routes/client-signal.ts';

function replyWith(state: { destroyed: boolean; writableFinished: boolean }) {
  const raw = Object.assign(new EventEmitter(), state);
  return { raw, reply: { raw } as unknown as FastifyReply };
}

it('fires when the connection ends before the answer does', () => {
  const { raw, reply } = replyWith({ destroyed: false, writableFinished: false });
  const signal = clientSignal(reply);
  expect(signal.aborted).toBe(false);
  raw.emit('close');
  expect(signal.aborted).toBe(true);
});

it('has fired for a client that went away while its token was checked', () => {
  expect(clientSignal(replyWith({ destroyed: true, writableFinished: false }).reply).aborted).toBe(true);
});

it('stays silent once the answer is finished', () => {
  const { raw, reply } = replyWith({ destroyed: false, writableFinished: true });
  const signal = clientSignal(reply);
  raw.emit('close');
  expect(signal.aborted).toBe(false);
});
