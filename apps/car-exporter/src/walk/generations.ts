import { type BlockVerifier, type CarStore, type CidBytes, formatCid, type FrameWriter } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import type { WalkCheckpoints } from '../resume/walk-checkpoints.ts';
import type { CountedOutput } from './counted-output.ts';
import { explainMissing } from './explain-missing.ts';
import type { ExportRule } from './export-rule.ts';
import { Generation } from './generation.ts';
import type { GenerationScanner } from './generation-scanner.ts';
import { locating } from './locating.ts';
import type { OrdinalBits } from './ordinal-bits.ts';
import { encodeWalkState, type WalkState } from './walk-state.ts';

export interface GenerationsInit {
  readonly store: CarStore;
  readonly head: readonly CidBytes[];
  readonly rule: ExportRule;
  readonly bits: OrdinalBits;
  readonly scanner: GenerationScanner;
  /** Of the leaves; the scanner has its own. */
  readonly verifier?: BlockVerifier | undefined;
  readonly output: CountedOutput;
  readonly writer?: FrameWriter | undefined;
  readonly checkpoints?: WalkCheckpoints | undefined;
}

/** What the headers lead to, or what is left of it. */
export interface BelowHeaders {
  readonly headerCount: number;
  /** Blocks that are written, and whose links do not matter. */
  readonly leaves: Uint32Array;
  readonly phase: WalkState['phase'];
  /** Of this phase. */
  readonly generation: Generation;
  /** Sorted; not marked yet: what state links to, too, must be judged as state. */
  readonly receipts: Uint32Array;
  readonly missingReceipts: Set<string>;
}

/** One generation after the other, until nothing new is met; first those of messages and state, then those of receipts. */
export class Generations {
  readonly #init: GenerationsInit;
  readonly #begin: BelowHeaders;
  #generation: Generation;
  /** Roots of receipts that are not read yet. */
  #receipts: Uint32Array;
  /** What was met before this generation was begun: threads are ahead of what is written, this is not. */
  #met: Int32Array | undefined;

  constructor(init: GenerationsInit, begin: BelowHeaders) {
    this.#init = init;
    this.#begin = begin;
    this.#generation = begin.generation;
    this.#receipts = begin.receipts;
  }

  async run(options: AbortOptions): Promise<void> {
    const { output, bits } = this.#init;
    const { leaves, phase } = this.#begin;
    await this.#writeLeaves(leaves, options);
    output.onSettled = () => this.#save();
    if (phase === 'messages and state') {
      output.phase = phase;
      await this.#walk(options);
      this.#generation = new Generation(this.#receipts.filter((ordinal) => bits.add(ordinal)));
      this.#receipts = new Uint32Array(0);
    }
    output.phase = 'receipts';
    await this.#walk(options);
  }

  async #writeLeaves(ordinals: Uint32Array, { signal }: AbortOptions): Promise<void> {
    signal?.throwIfAborted();
    const { store, verifier, output } = this.#init;
    const visit = locating(store, (_ordinal, bytes, frameStart, cidStart, dataStart, end) => {
      verifier?.verify(bytes, cidStart, dataStart, end);
      output.frame(bytes, frameStart, end);
    });
    store.readRuns(ordinals, {}, visit);
    await output.settle();
  }

  async #walk(options: AbortOptions): Promise<void> {
    const { bits, scanner, output, checkpoints } = this.#init;
    // Once at least: of the generation that a run was broken off in, there may be nothing left but what it leads to.
    do {
      const generation = this.#generation;
      if (checkpoints !== undefined) this.#met = bits.copy();
      await scanner.scan(generation, output, options);
      await this.#judge(generation, options);
      this.#generation = new Generation(generation.next.takeSorted());
    } while (this.#generation.ordinals.length > 0);
  }

  /** @throws ChainBlockMissingError for what is missing elsewhere than below receipts. */
  async #judge({ missing }: Generation, options: AbortOptions): Promise<void> {
    if (this.#init.output.phase === 'receipts') {
      for (const { cid } of missing) this.#begin.missingReceipts.add(formatCid(cid));
      return;
    }
    const [first] = missing;
    if (first !== undefined) throw await explainMissing(this.#init, first, options);
  }

  async #save(): Promise<void> {
    const { checkpoints, writer, output } = this.#init;
    const met = this.#met;
    if (met === undefined || checkpoints?.isDue !== true) return;
    await writer?.flush();
    const { blockCount } = output.counts;
    await checkpoints.save({ blockCount, state: encodeWalkState(this.#state(met.slice())) });
  }

  #state(met: Int32Array): WalkState {
    const { output } = this.#init;
    const { headerCount, missingReceipts } = this.#begin;
    const { ordinals, done, next, missing } = this.#generation;
    const found = next.copy();
    for (const ordinal of found) met[ordinal >>> 5] = (met[ordinal >>> 5] ?? 0) | (1 << (ordinal & 31));
    return {
      ...output.counts,
      phase: output.phase === 'receipts' ? 'receipts' : 'messages and state',
      headerCount,
      epoch: output.epoch,
      met,
      left: ordinals.subarray(done),
      next: found,
      receipts: this.#receipts,
      missing,
      missingReceipts: [...missingReceipts],
    };
  }
}
