import type { AbortOptions } from '@waybill/common';

/** How far a walk was at a checkpoint. */
export interface CheckpointProgress {
  /** Blocks that are written, and on disk. */
  readonly blockCount: number;
  /** What the walk needs to go on from here without what came before; none for a walk that begins again and reads what is kept. */
  readonly state?: Uint8Array | undefined;
}

/** What a walk has to do with the resuming of exports. */
export interface WalkCheckpoints {
  /** Whether it is time for another one. To be asked between frames. */
  readonly isDue: boolean;
  /** To be called between frames, when all of them were handed to the sink. */
  save(progress: CheckpointProgress): Promise<void>;
  /**
   * The state that the run before has saved, after everything that it has written was read and compared with its digest: the
   * walk goes on behind it. `undefined`: it begins at its beginning.
   */
  restore(options?: AbortOptions): Promise<Uint8Array | undefined>;
  /** The frames that are kept, for a walk that begins again. They are not compared with anything yet. */
  keptPieces(): AsyncIterable<Uint8Array>;
}
