import { availableParallelism } from 'node:os';
import { type CarStore, type CidBytes, createBlockVerifier, formatCid, type FrameWriter } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import type { WalkCheckpoints } from '../resume/walk-checkpoints.ts';
import type { ChunkScannerInit } from './chunk-scanner.ts';
import { CountedOutput } from './counted-output.ts';
import type { ExportRule } from './export-rule.ts';
import { Generation } from './generation.ts';
import { type BelowHeaders, Generations } from './generations.ts';
import { HeaderLane } from './header-lane.ts';
import { LocalScanner } from './local-scanner.ts';
import { OrdinalBits } from './ordinal-bits.ts';
import { ThreadedScanner } from './threaded-scanner.ts';
import { decodeWalkState, type WalkState } from './walk-state.ts';

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
  /**
   * Threads that scan. With 1 this thread scans, or, where hashes are compared, does that while another one scans. Default 1. The bytes
   * are the same with any number.
   */
  readonly workers?: number | undefined;
  /** Compare the hash of every block. Default false: the index has been made from blocks that were compared. */
  readonly verify?: boolean | undefined;
  /** Where the walk can be broken off. */
  readonly checkpoints?: WalkCheckpoints | undefined;
  /** Of a checkpoint, from which the walk goes on; what came before is not written again. */
  readonly state?: Uint8Array | undefined;
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
  const { store, rule, head, verify = false, writer, checkpoints } = init;
  const bits = init.bits ?? new OrdinalBits(store.index.blockCount);
  const verifier = verify ? await createBlockVerifier() : undefined;
  const scan = { store, bits, takesCbor: rule.takesCbor, verifier };
  const threads = Math.min(init.workers ?? 1, MOST_THREADS, Math.max(2, availableParallelism()));
  const output = new CountedOutput(init);
  const begin =
    init.state === undefined
      ? await readHeaders(init, { ...scan, output }, options)
      : goOn(decodeWalkState(init.state), bits, output);
  // To compare hashes takes as long as all the rest: this thread does it beside one that scans.
  const isThreaded = threads > 1 || verify;
  await using scanner = isThreaded ? new ThreadedScanner({ ...scan, threads }) : new LocalScanner(scan);
  await new Generations({ store, head, rule, bits, scanner, verifier, output, writer, checkpoints }, begin).run(
    options,
  );
  const { headerCount, missingReceipts } = begin;
  return { ...output.counts, headerCount, missingReceipts: [...missingReceipts] };
}

async function readHeaders(
  { head, rule, bits: marked }: WalkCarInit,
  init: ChunkScannerInit & { readonly output: CountedOutput },
  options: AbortOptions,
): Promise<BelowHeaders> {
  const { output } = init;
  const onEpoch = (epoch: number): void => {
    output.epoch = epoch;
  };
  const lane = new HeaderLane({ ...init, rule, isDifference: marked !== undefined, onEpoch });
  await lane.run(head, options);
  return {
    headerCount: lane.headerCount,
    leaves: lane.leaves.takeSorted(),
    phase: 'messages and state',
    generation: new Generation(lane.roots.takeSorted()),
    receipts: lane.receipts.takeSorted(),
    missingReceipts: new Set(lane.missingReceipts.map((cid) => formatCid(cid))),
  };
}

/** The walk is where it was at the checkpoint. */
function goOn(state: WalkState, bits: OrdinalBits, output: CountedOutput): BelowHeaders {
  const { headerCount, phase, left, next, missing, receipts, missingReceipts } = state;
  bits.load(state.met);
  output.skip(state);
  output.epoch = state.epoch;
  const generation = new Generation(left);
  generation.next.append(next);
  generation.missing.push(...missing);
  return {
    ...{ headerCount, phase, generation, receipts },
    leaves: new Uint32Array(0),
    missingReceipts: new Set(missingReceipts),
  };
}
