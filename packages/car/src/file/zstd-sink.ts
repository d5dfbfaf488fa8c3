import { constants, createZstdCompress } from 'node:zlib';
import type { ByteSink } from './byte-sink.ts';

export interface ZstdSinkOptions {
  /** From 1 to 19; default 3, as `zstd` has it. */
  level?: number | undefined;
}

/**
 * Compresses what is written to it into one zstd frame, and hands that to another sink. The same bytes in give the
 * same bytes out, however they were cut into pieces.
 */
export class ZstdSink implements ByteSink, AsyncDisposable {
  readonly #compressor;
  readonly #pumped: Promise<void>;
  #failure: Error | undefined;
  /** Of the write that waits: of two that fail together, the other sink is the cause. */
  #rejectWrite: (reason: Error) => void = () => undefined;

  constructor(sink: ByteSink, { level = 3 }: ZstdSinkOptions = {}) {
    const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
    this.#compressor = createZstdCompress({ params, chunkSize: PIECE_BYTES });
    this.#pumped = this.#pump(sink);
    // Told by the next write, or by the end.
    this.#pumped.catch(() => undefined);
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#rejectWrite = reject;
      this.#compressor.write(bytes, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(this.#failure ?? error);
      });
    });
  }

  /** Writes the end of the frame. The other sink is not ended: that is up to who opened it. */
  async end(): Promise<void> {
    this.#compressor.end();
    await this.#pumped;
  }

  /** Gives the memory of the compressor back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#compressor.destroy();
    await this.#pumped.catch(() => undefined);
  }

  async #pump(sink: ByteSink): Promise<void> {
    try {
      for await (const piece of this.#compressor) await sink.write(piece as Uint8Array);
    } catch (error) {
      this.#failure = error as Error;
      this.#rejectWrite(this.#failure);
      throw error;
    }
  }
}

const PIECE_BYTES = 256 * 1024;
