import { setImmediate } from 'node:timers/promises';
import { type FrameWriter, varintLength } from '@waybill/car';
import type { WalkCheckpoints } from '../resume/walk-checkpoints.ts';
import type { WalkPhase, WalkStatus } from '../walk/walk-car.ts';

interface BlockOutputInit {
  /** Without one, blocks are only counted. */
  readonly writer?: FrameWriter | undefined;
  readonly onStatus?: ((status: WalkStatus) => void) | undefined;
  readonly checkpoints?: WalkCheckpoints | undefined;
}

/** The writer, and the counts of what it got. */
export class BlockOutput {
  phase: WalkPhase = 'headers';
  epoch = 0;
  readonly #init: BlockOutputInit;
  #blockCount = 0;
  #sizeBytes = 0;

  constructor(init: BlockOutputInit) {
    this.#init = init;
  }

  get counts(): { blockCount: number; sizeBytes: number } {
    return { blockCount: this.#blockCount, sizeBytes: this.#sizeBytes };
  }

  block(cid: Uint8Array, data: Uint8Array): void {
    const length = cid.length + data.length;
    this.#blockCount += 1;
    this.#sizeBytes += varintLength(length) + length;
    this.#init.writer?.pushBlock(cid, data);
  }

  /** Called between batches; waits while the target is slower than the source. */
  async settle(): Promise<void> {
    const { writer, onStatus, checkpoints } = this.#init;
    onStatus?.({ ...this.counts, phase: this.phase, epoch: this.epoch });
    if (writer?.isFull === true) await writer.writeBehind();
    // A store in memory or on disk answers without waiting, and no signal would be heard.
    await setImmediate();
    if (checkpoints?.isDue !== true) return;
    await writer?.flush();
    await checkpoints.save(this.counts);
  }
}
