import { ADTS_HEADER_BYTES, isAdtsSync, readAdtsHeader } from './adts-frames.ts';
import { byte } from './packet.ts';

/** Tells how long the frames are that began in the content of an AAC stream, which comes in any pieces. */
export class AdtsCounter {
  readonly #header = new Uint8Array(ADTS_HEADER_BYTES);
  #filled = 0;
  #skip = 0;
  #ticks = 0;

  /** A PES packet begins, and with it mostly a frame. Returns the ticks of the frames that began since the last call. */
  restart(): number {
    const ticks = this.#ticks;
    this.#ticks = 0;
    return ticks;
  }

  get ticks(): number {
    return this.#ticks;
  }

  push(content: Uint8Array): void {
    for (let at = 0; at < content.length;) {
      const skipped = Math.min(this.#skip, content.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (at < content.length) this.#take(byte(content, at++));
    }
  }

  #take(value: number): void {
    // Out of step (a packet was lost): goes on at the next byte that may begin a frame.
    if (this.#filled === 0 && value !== 0xff) return;
    this.#header[this.#filled++] = value;
    if (this.#filled === 2 && !isAdtsSync(0xff, value)) this.#filled = 0;
    if (this.#filled < ADTS_HEADER_BYTES) return;
    this.#filled = 0;
    const frame = readAdtsHeader(this.#header, 0);
    if (frame === undefined) return;
    this.#skip = frame.sizeBytes - ADTS_HEADER_BYTES;
    this.#ticks += frame.ticks;
  }
}
