import { setImmediate } from 'node:timers/promises';
import { CarError, type CarStore, createBlockVerifier, formatCid } from '@waybill/car';
import { type AbortOptions, WaybillError } from '@waybill/common';
import { headOfRoots } from '../chain/head-of-roots.ts';
import type { CarChainSource } from '../store/car-chain-source.ts';
import { exportRangeRule } from '../walk/export-rule.ts';
import { walkCar } from '../walk/walk-car.ts';
import { metadataProblems } from './metadata-problems.ts';
import { ImporterOrder } from './importer-order.ts';

export type FindingKind = 'corrupt' | 'duplicate' | 'order' | 'missing' | 'metadata' | 'large';

export interface Finding {
  readonly kind: FindingKind;
  /** Only something to know: other programs may refuse what is right. */
  readonly isNote: boolean;
  readonly message: string;
}

export interface VerifySnapshotInit {
  readonly source: CarChainSource;
  /** Messages, receipts and state of so many epochs below the head must be there; 0: headers alone. */
  readonly epochs: number;
  readonly messages: boolean;
  readonly receipts: boolean;
  readonly stateRoots: boolean;
  /** Called for each finding at once. */
  readonly onFinding: (finding: Finding) => void;
  readonly onBlocks?: ((blockCount: number) => void) | undefined;
}

export interface VerifySummary {
  readonly blockCount: number;
  readonly uniqueCount: number;
  readonly snapshotVersion: 1 | 2;
  /** Undefined where the walk failed. */
  readonly reachedBlocks: number | undefined;
  readonly missingReceipts: number;
}

/** What go-car reads in one section unless it is told otherwise. */
const GO_CAR_SECTION_BYTES = 8 * 1024 * 1024;
const ORDINALS_AT_ONCE = 4096;

/**
 * Looks at everything and goes on after each thing that is wrong: hashes, duplicates, the order that importers need, metadata,
 * and links. Nothing is repaired. @throws system errors; the signal's reason.
 */
export async function verifySnapshot(init: VerifySnapshotInit, options: AbortOptions = {}): Promise<VerifySummary> {
  const { source } = init;
  const { store } = source;
  const { head, metadata } = await headOfRoots(store.roots, source.fetch, options);
  for (const message of metadataProblems(store, metadata)) init.onFinding(problem('metadata', message));
  const order = new ImporterOrder(head);
  await readAll(init, order, options);
  const { reachesGenesis, lowestHeight } = order.view;
  if (!reachesGenesis) init.onFinding(problem('order', orderMessage(lowestHeight)));
  const reached = await walkLinks(init, options);
  const { blockCount, uniqueCount } = store.index;
  return { blockCount, uniqueCount, snapshotVersion: metadata === undefined ? 1 : 2, ...reached };
}

function problem(kind: FindingKind, message: string): Finding {
  return { kind, isNote: false, message };
}

function orderMessage(lowestHeight: number | undefined): string {
  if (lowestHeight === undefined) return 'the first block of the head is not in the file';
  return `the parent of the header at height ${lowestHeight} does not come after it: importers that read once fail here`;
}

async function readAll(
  { source: { store }, onFinding, onBlocks }: VerifySnapshotInit,
  order: ImporterOrder,
  { signal }: AbortOptions,
): Promise<void> {
  const verifier = await createBlockVerifier();
  const isHashed = (bytes: Uint8Array, cidStart: number, dataStart: number, end: number): string | undefined => {
    try {
      verifier.verify(bytes, cidStart, dataStart, end);
      return undefined;
    } catch (error) {
      if (!(error instanceof CarError)) throw error;
      return error.message.replace(/ \(at byte \d+\)$/, '');
    }
  };
  const { blockCount } = store.index;
  for (let from = 0; from < blockCount; from += ORDINALS_AT_ONCE) {
    signal?.throwIfAborted();
    const length = Math.min(ORDINALS_AT_ONCE, blockCount - from);
    const ordinals = Uint32Array.from({ length }, (_, at) => from + at);
    store.readRuns(ordinals, {}, (ordinal, bytes, _frameStart, cidStart, dataStart, end) => {
      const where = (): string => placeOf(store, ordinal);
      const mismatch = isHashed(bytes, cidStart, dataStart, end);
      if (mismatch !== undefined) onFinding(problem('corrupt', `${mismatch} (${where()})`));
      if (store.find(bytes, cidStart, dataStart - cidStart) !== ordinal) {
        const cid = formatCid(bytes.subarray(cidStart, dataStart));
        onFinding(problem('duplicate', `block ${cid} is there more than once (${where()})`));
      }
      if (end - cidStart > GO_CAR_SECTION_BYTES) onFinding(largeNote(end - cidStart, where()));
      if (mismatch === undefined) takeInOrder(order, bytes, cidStart, dataStart, end);
    });
    onBlocks?.(from + length);
    await setImmediate();
  }
}

function largeNote(sizeBytes: number, where: string): Finding {
  const message = `a section of ${sizeBytes} bytes (${where}): go-car refuses more than 8 MiB unless it is told otherwise`;
  return { kind: 'large', isNote: true, message };
}

/** A header that cannot be decoded ends the chain there; the walk says what is wrong with it. */
function takeInOrder(order: ImporterOrder, bytes: Uint8Array, cidStart: number, dataStart: number, end: number): void {
  try {
    order.take(bytes, cidStart, dataStart, end);
  } catch (error) {
    if (!(error instanceof CarError)) throw error;
  }
}

function placeOf({ index }: CarStore, ordinal: number): string {
  return `byte ${index.offset(ordinal)} of ${index.files[index.fileOf(ordinal)]?.originPath ?? ''}`;
}

async function walkLinks(
  init: VerifySnapshotInit,
  options: AbortOptions,
): Promise<Pick<VerifySummary, 'reachedBlocks' | 'missingReceipts'>> {
  const { source, epochs, messages, receipts, stateRoots } = init;
  try {
    const { height, cids } = await source.head(options);
    const rule = exportRangeRule({ tailHeight: Math.max(0, height - epochs), messages, receipts, stateRoots });
    const summary = await walkCar({ store: source.store, head: cids, rule }, options);
    return { reachedBlocks: summary.blockCount, missingReceipts: summary.missingReceipts.length };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof WaybillError)) throw error;
    init.onFinding(problem('missing', error.message));
    return { reachedBlocks: undefined, missingReceipts: 0 };
  }
}
