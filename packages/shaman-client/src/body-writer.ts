import type { ClientRequest } from 'node:http';

/** So much is handed to the socket at a time: on a slow line, each piece is a sign of life. */
const SMALLEST_PIECE_BYTES = 64 * 1024;
/** On a fast line, small pieces would be the larger part of the processor time. */
const LARGEST_PIECE_BYTES = 1024 * 1024;
/** A line that takes a piece in less than this gets twice as much next time; another one gets half. */
const QUICK_MS = 20;

export interface BodyWriterInit {
  request: ClientRequest;
  /** Settles when an answer or an error has come: nothing more is to be sent then. Never rejects. */
  ended: Promise<unknown>;
  /** Told after each piece. */
  onSent(bytes: number): void;
}

/**
 * Writes a body until it is through, or until an answer has come. Resolves with whether all of it was written. The next chunk is asked
 * for when the system has the whole of the one before: a source can use one buffer over and over.
 */
export async function writeBody(source: AsyncIterable<Uint8Array>, init: BodyWriterInit): Promise<boolean> {
  const writer = new PieceWriter(init);
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength;) {
      if (writer.isEnded) return false;
      at += await writer.write(chunk.subarray(at, at + writer.pieceBytes));
    }
  }
  return !writer.isEnded;
}

class PieceWriter {
  isEnded = false;
  pieceBytes = SMALLEST_PIECE_BYTES;
  readonly #init: BodyWriterInit;
  // One reaction on the end, and a promise for each piece: a race would leave a reaction for each piece, until the end.
  #resolvePiece: () => void = () => undefined;

  constructor(init: BodyWriterInit) {
    this.#init = init;
    void init.ended.then(() => {
      this.isEnded = true;
      this.#resolvePiece();
    });
  }

  /** Resolves with the length when the system has the piece, or does not want it any more. */
  async write(piece: Uint8Array): Promise<number> {
    const startedMs = performance.now();
    const written = new Promise<void>((resolve) => {
      this.#resolvePiece = resolve;
      // What went wrong is what `ended` settles with.
      this.#init.request.write(piece, () => resolve());
    });
    this.#init.onSent(piece.byteLength);
    await written;
    this.#adapt(performance.now() - startedMs);
    return piece.byteLength;
  }

  #adapt(tookMs: number): void {
    this.pieceBytes =
      tookMs < QUICK_MS
        ? Math.min(2 * this.pieceBytes, LARGEST_PIECE_BYTES)
        : Math.max(this.pieceBytes / 2, SMALLEST_PIECE_BYTES);
  }
}
