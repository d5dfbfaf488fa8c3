import { setImmediate } from 'node:timers/promises';
import type { FrameWriter } from '@waybill/car';
import type { FrameOutput } from './generation-scanner.ts';
import type { WalkPhase, WalkStatus } from './walk-car.ts';

interface CountedOutputInit {
  readonly writer?: FrameWriter | undefined;
  readonly onStatus?: ((status: WalkStatus) => void) | undefined;
}

/** The writer, and the counts of what it got. */
export class CountedOutput implements FrameOutput {
  /** Called between frames, where a walk may be broken off and gone on with. */
  onSettled: (() => Promise<void>) | undefined;
  phase: WalkPhase = 'headers';
  epoch = 0;
  readonly #writer: FrameWriter | undefined;
  readonly #onStatus: CountedOutputInit['onStatus'];
  #blockCount = 0;
  #sizeBytes = 0;

  constructor({ writer, onStatus }: CountedOutputInit) {
    this.#writer = writer;
    this.#onStatus = onStatus;
  }

  get counts(): { blockCount: number; sizeBytes: number } {
    return { blockCount: this.#blockCount, sizeBytes: this.#sizeBytes };
  }

  /** Counts what an earlier run has written. */
  skip({ blockCount, sizeBytes }: { blockCount: number; sizeBytes: number }): void {
    this.#blockCount += blockCount;
    this.#sizeBytes += sizeBytes;
  }

  frame(bytes: Uint8Array, start: number, end: number): void {
    this.#blockCount += 1;
    this.#sizeBytes += end - start;
    this.#writer?.push(bytes, start, end);
  }

  row(bytes: Uint8Array, start: number, end: number, count: number): void {
    this.#blockCount += count;
    this.#sizeBytes += end - start;
    this.#writer?.pushRow(bytes, start, end, count);
  }

  async settle(): Promise<void> {
    this.#onStatus?.({ ...this.counts, phase: this.phase, epoch: this.epoch });
    if (this.#writer?.isFull === true) await this.#writer.writeBehind();
    // Otherwise nothing here would ever wait, and no signal be heard.
    await setImmediate();
    await this.onSettled?.();
  }
}
