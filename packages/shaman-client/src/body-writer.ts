import type { ClientRequest } from 'node:http';
import { once } from 'node:events';

/** So much is handed to the socket at a time: on a slow line, each piece is a sign of life. */
const PIECE_BYTES = 64 * 1024;

export interface BodyWriterInit {
  request: ClientRequest;
  /** Settles when an answer or an error has come: nothing more is to be sent then. Never rejects. */
  ended: Promise<unknown>;
  /** Told after each piece. */
  onSent(bytes: number): void;
}

/** Writes a body until it is through, or until an answer has come. Resolves with whether all of it was written. */
export async function writeBody(source: AsyncIterable<Uint8Array>, init: BodyWriterInit): Promise<boolean> {
  const state = { isEnded: false };
  const ended = init.ended.then(() => {
    state.isEnded = true;
  });
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) {
      if (state.isEnded) return false;
      await writePiece(chunk.subarray(at, at + PIECE_BYTES), ended, init);
    }
  }
  return !state.isEnded;
}

async function writePiece(piece: Uint8Array, ended: Promise<void>, init: BodyWriterInit): Promise<void> {
  const isTaken = init.request.write(piece);
  init.onSent(piece.byteLength);
  if (isTaken) return;
  const waiting = new AbortController();
  const drained = once(init.request, 'drain', { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([drained, ended]);
  waiting.abort();
}
