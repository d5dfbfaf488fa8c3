import type { FastifyReply } from 'fastify';
import { sendText } from '../../serve/plain-text.ts';
import { CutEmptyError, CutIncompleteError, CutInvalidError } from '../cut-errors.ts';

/** What a restreamer answers in plain text is answered so; every other error goes on. */
export async function answerRefusal(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CutInvalidError) return sendText(reply, 400, error.message);
    if (error instanceof CutIncompleteError || error instanceof CutEmptyError)
      return sendText(reply, 406, error.message);
    throw error;
  }
}
