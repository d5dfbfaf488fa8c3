import { closeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AbortOptions } from '@waybill/common';
import { openForReading, readFully } from './car-source.ts';

const PIECE_BYTES = 512 * 1024;

/** The bytes of a regular file, in pieces that are overwritten by the next one: copy what is kept. */
export async function* filePieces(
  path: string,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const fd = openForReading(path);
  try {
    const buffer = new Uint8Array(PIECE_BYTES);
    for (let at = 0; ;) {
      signal?.throwIfAborted();
      const count = readFully(fd, buffer, at);
      if (count === 0) return;
      yield buffer.subarray(0, count);
      at += count;
      // Signals and timers of the rest of the program have to come through.
      await nextTurn();
    }
  } finally {
    closeSync(fd);
  }
}
