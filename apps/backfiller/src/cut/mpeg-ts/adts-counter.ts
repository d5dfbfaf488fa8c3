import { byte } from './packet.ts';
import { TICKS_PER_SECOND } from './ticks.ts';

/*
 * An ADTS header (ISO/IEC 13818-7 section 6.2): sync:12 version:1 layer:2 absent:1 | profile:2 rate:4 private:1 channels:1
 * | channels:2 … length:2 | length:8 | length:3 … – the length counts the header too.
 */
const HEADER_BYTES = 6;
const SAMPLES_PER_FRAME = 1024;
const RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

/** Tells how long the frames are that began in the content of an AAC stream, which comes in any pieces. */
export class AdtsCounter {
  readonly #header = new Uint8Array(HEADER_BYTES);
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
    if (this.#filled === 2 && (value & 0xf6) !== 0xf0) this.#filled = 0;
    if (this.#filled < HEADER_BYTES) return;
    this.#filled = 0;
    const [, , rates = 0, high = 0, middle = 0, low = 0] = this.#header;
    const length = ((high & 0x03) << 11) | (middle << 3) | (low >> 5);
    const rate = RATES[(rates >> 2) & 0x0f];
    if (rate === undefined || length < HEADER_BYTES) return;
    this.#skip = length - HEADER_BYTES;
    this.#ticks += (SAMPLES_PER_FRAME * TICKS_PER_SECOND) / rate;
  }
}
