import { availableParallelism } from 'node:os';
import { type CarStore, type CidBytes, createBlockVerifier, formatCid, type FrameWriter } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { explainMissing } from './explain-missing.ts';
import type { ExportRule } from './export-rule.ts';
import type { FrameOutput, GenerationScanner } from './generation-scanner.ts';
import { HeaderLane } from './header-lane.ts';
import { LocalScanner } from './local-scanner.ts';
import { OrdinalBits } from './ordinal-bits.ts';
import { ThreadedScanner } from './threaded-scanner.ts';

export type WalkPhase = 'headers' | 'messages and state' | 'receipts';

export interface WalkStatus {
  readonly phase: WalkPhase;
  /** Blocks and bytes of frames so far. */
  readonly blockCount: number;
  readonly sizeBytes: number;
  /** Of the header that was read last. */
  readonly epoch: number;
}

export interface WalkCarInit {
  readonly store: CarStore;
  readonly head: readonly CidBytes[];
  readonly rule: ExportRule;
  /** Where the frames go; without one the walk only marks what it meets, for a difference. */
  readonly writer?: FrameWriter | undefined;
  /** What is marked here is left out, and what is met is marked. Default: nothing is. */
  readonly bits?: OrdinalBits | undefined;
  /** Threads that scan; with 1 this thread does all. Default 1. The bytes are the same with any number. */
  readonly workers?: number | undefined;
  /** Compare the hash of every block. Default false: the index has been made from blocks that were compared. */
  readonly verify?: boolean | undefined;
  /** Called at least once for every megabyte. */
  readonly onStatus?: ((status: WalkStatus) => void) | undefined;
}

export interface WalkSummary {
  readonly headerCount: number;
  readonly blockCount: number;
  readonly sizeBytes: number;
  /** Receipts and what hangs below them may be missing: their CIDs, each once, as text. */
  readonly missingReceipts: readonly string[];
}

/** More than this, and only the count is of interest; a full node lacks the receipts of years. */
const MOST_THREADS = 64;

/**
 * Writes the blocks of an export: headers first, then messages and state, generation by generation, each in the order in which it
 * stands in the files; receipts last, so that what is missing below them is told from what is missing elsewhere.
 * The same source and rule give the same bytes, with any number of workers.
 * @throws ChainBlockMissingError for any block but those below receipts; ChainInvalidError; CarError; what the writer throws.
 */
export async function walkCar(init: WalkCarInit, options: AbortOptions = {}): Promise<WalkSummary> {
  const { store, rule, verify = false } = init;
  const bits = init.bits ?? new OrdinalBits(store.index.blockCount);
  const verifier = verify ? await createBlockVerifier() : undefined;
  const scan = { store, bits, takesCbor: rule.takesCbor, verifier };
  const threads = Math.min(init.workers ?? 1, MOST_THREADS, Math.max(2, availableParallelism()));
  const output = new CountedOutput(init);
  const isDifference = init.bits !== undefined;
  const lane = new HeaderLane({
    store,
    bits,
    rule,
    output,
    verifier,
    isDifference,
    onEpoch: (epoch) => output.at(epoch),
  });
  await lane.run(init.head, options);
  await using scanner = threads > 1 ? new ThreadedScanner({ ...scan, threads }) : new LocalScanner(scan);
  const walk = new Generations(init, scanner, output);
  output.enter('messages and state');
  await walk.leaves(lane.leaves.takeSorted(), options);
  await walk.strict(lane.roots.takeSorted(), options);
  output.enter('receipts');
  const missing = new Set(lane.missingReceipts.map((cid) => formatCid(cid)));
  await walk.lenient(
    lane.receipts.takeSorted().filter((ordinal) => bits.add(ordinal)),
    missing,
    options,
  );
  return { ...output.counts, headerCount: lane.headerCount, missingReceipts: [...missing] };
}

/** One generation after the other, until nothing new is met. */
class Generations {
  readonly #init: WalkCarInit;
  readonly #scanner: GenerationScanner;
  readonly #output: FrameOutput;

  constructor(init: WalkCarInit, scanner: GenerationScanner, output: FrameOutput) {
    this.#init = init;
    this.#scanner = scanner;
    this.#output = output;
  }

  /** Blocks that are written, and whose links do not matter. */
  async leaves(ordinals: Uint32Array, options: AbortOptions): Promise<void> {
    options.signal?.throwIfAborted();
    const output = this.#output;
    this.#init.store.readRuns(ordinals, {}, (_ordinal, bytes, frameStart, _cidStart, _dataStart, end) => {
      output.frame(bytes, frameStart, end);
    });
    await output.settle();
  }

  async strict(roots: Uint32Array, options: AbortOptions): Promise<void> {
    for (let generation = roots; generation.length > 0;) {
      const { next, missing } = await this.#scanner.scan(generation, this.#output, options);
      const [first] = missing;
      if (first !== undefined) throw await explainMissing(this.#init, first, options);
      generation = next.sort();
    }
  }

  async lenient(roots: Uint32Array, lacking: Set<string>, options: AbortOptions): Promise<void> {
    for (let generation = roots; generation.length > 0;) {
      const { next, missing } = await this.#scanner.scan(generation, this.#output, options);
      for (const { cid } of missing) lacking.add(formatCid(cid));
      generation = next.sort();
    }
  }
}

/** The writer, and the counts of what it got. */
class CountedOutput implements FrameOutput {
  readonly #writer: FrameWriter | undefined;
  readonly #onStatus: WalkCarInit['onStatus'];
  #phase: WalkPhase = 'headers';
  #epoch = 0;
  #blockCount = 0;
  #sizeBytes = 0;

  constructor({ writer, onStatus }: Pick<WalkCarInit, 'writer' | 'onStatus'>) {
    this.#writer = writer;
    this.#onStatus = onStatus;
  }

  get counts(): { blockCount: number; sizeBytes: number } {
    return { blockCount: this.#blockCount, sizeBytes: this.#sizeBytes };
  }

  enter(phase: WalkPhase): void {
    this.#phase = phase;
  }

  at(epoch: number): void {
    this.#epoch = epoch;
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
    this.#onStatus?.({ ...this.counts, phase: this.#phase, epoch: this.#epoch });
    if (this.#writer?.isFull === true) await this.#writer.flush();
    // Otherwise nothing here would ever wait, and no signal be heard.
    else await new Promise((resolve) => setImmediate(resolve));
  }
}
