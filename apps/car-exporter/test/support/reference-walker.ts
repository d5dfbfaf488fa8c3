import type { CID } from 'multiformats/cid';
import { headersFrom, readHeader } from './reference-header.ts';
import { CBOR, DAG_CBOR, isExported, linksOf, RAW, readBlock, type ReferenceStore } from './reference-store.ts';

/** Lotus writes all three; Forest leaves out cbor 0x51. */
const LOTUS_CODECS = [CBOR, RAW, DAG_CBOR];
const FOREST_CODECS = [RAW, DAG_CBOR];

/** What an export has to hold: no more and no less. */
export interface ReferenceExport {
  /** The texts of all CIDs, in the order in which this walk met them, which is nobody's duty. */
  readonly cids: ReadonlySet<string>;
  /** Different blocks that receipts refer to and that the store lacks. */
  readonly missingReceipts: ReadonlySet<string>;
}

export interface ReferenceRange {
  head: readonly CID[];
  tail: readonly CID[];
  messages: boolean;
  receipts: boolean;
  stateroots: boolean;
}

/**
 * Lotus `chain export-range`: headers back to the genesis, the state of the genesis, what its parent links to, and for
 * heights in (tail, head] what was asked for. Receipts come last: what they lack is then missing for them alone.
 * @throws ReferenceBlockMissing unless it is receipts that miss it.
 */
export function referenceExportRange(store: ReferenceStore, range: ReferenceRange): ReferenceExport {
  const walk = new ReferenceWalk(store, LOTUS_CODECS);
  const tailHeight = readHeader(store, range.tail[0] as CID).height;
  if (readHeader(store, range.head[0] as CID).height < tailHeight) throw new Error('reference: head below tail');
  const headers = headersFrom(store, range.head);
  for (const { cid } of headers) walk.add(cid);
  for (const { height, parents, stateRoot, messages } of headers) {
    if (height === 0) for (const root of [...parents, stateRoot]) walk.visit(root);
    if (height === 0 || height <= tailHeight) continue;
    if (range.messages) walk.visit(messages);
    if (range.stateroots) walk.visit(stateRoot);
  }
  for (const { height, receipts } of headers) {
    if (range.receipts && height !== 0 && height > tailHeight) walk.visitReceipts(receipts);
  }
  return walk;
}

export interface ReferenceFullRange {
  head: readonly CID[];
  /** 0: the state of the genesis only. */
  recentStateroots: number;
  skipOldMsgs: boolean;
}

/** Lotus `chain export`: as above, but the parents of the genesis are not scanned, and its messages are there. */
export function referenceFullExport(store: ReferenceStore, range: ReferenceFullRange): ReferenceExport {
  const walk = new ReferenceWalk(store, LOTUS_CODECS);
  const headers = headersFrom(store, range.head);
  const limit = readHeader(store, range.head[0] as CID).height - range.recentStateroots;
  for (const { cid } of headers) walk.add(cid);
  for (const { height, parents, stateRoot, messages } of headers) {
    if (!range.skipOldMsgs || height > limit) walk.visit(messages);
    if (height === 0) for (const parent of parents) walk.add(parent);
    if (height === 0 || height > limit) walk.visit(stateRoot);
  }
  return walk;
}

export interface ReferenceForestRange {
  head: readonly CID[];
  depth: number;
  /** What an export of this tipset, with everything above `tipset - depth` or above the genesis, holds is left out. */
  diff?: { tipset: readonly CID[]; depth?: number };
}

/** Forest `archive export`: messages and state above `head - depth`, no receipts, no cbor 0x51. */
export function referenceForestExport(store: ReferenceStore, range: ReferenceForestRange): ReferenceExport {
  const walk = new ReferenceWalk(store, FOREST_CODECS);
  const heightOf = (tipset: readonly CID[]): number => readHeader(store, tipset[0] as CID).height;
  if (range.diff === undefined) return walkForest(store, walk, range.head, heightOf(range.head) - range.depth);
  const { tipset, depth } = range.diff;
  walkForest(store, walk, tipset, depth === undefined ? 0 : heightOf(tipset) - depth);
  const before = new Set(walk.cids);
  walkForest(store, walk, range.head, heightOf(range.head) - range.depth);
  return { cids: walk.cids.difference(before), missingReceipts: walk.missingReceipts };
}

function walkForest(store: ReferenceStore, walk: ReferenceWalk, tipset: readonly CID[], limit: number): ReferenceWalk {
  for (const { cid, height, parents, stateRoot, messages } of headersFrom(store, tipset)) {
    walk.add(cid);
    if (height === 0) for (const parent of parents) walk.add(parent);
    if (height > limit) walk.visit(messages);
    if (height === 0 || height > limit) walk.visit(stateRoot);
  }
  return walk;
}

class ReferenceWalk implements ReferenceExport {
  readonly cids = new Set<string>();
  readonly missingReceipts = new Set<string>();
  readonly #visited = new Set<string>();
  readonly #store: ReferenceStore;
  readonly #codecs: readonly number[];

  constructor(store: ReferenceStore, codecs: readonly number[]) {
    this.#store = store;
    this.#codecs = codecs;
  }

  /** One block without what it links to. */
  add(cid: CID): void {
    readBlock(this.#store, cid);
    this.cids.add(cid.toString());
  }

  /** A block with everything below it. */
  visit(root: CID): void {
    for (const cid of this.#below(root)) readBlock(this.#store, cid);
  }

  visitReceipts(root: CID): void {
    for (const cid of this.#below(root)) {
      if (this.#store.has(cid.toString())) continue;
      this.cids.delete(cid.toString());
      this.missingReceipts.add(cid.toString());
    }
  }

  /** Breadth first; a block that is missing has nothing below it. */
  *#below(root: CID): Generator<CID, void, undefined> {
    const queue = [root];
    for (let cid = queue.shift(); cid !== undefined; cid = queue.shift()) {
      const text = cid.toString();
      if (!isExported(cid, this.#codecs) || this.#visited.has(text)) continue;
      this.#visited.add(text);
      this.cids.add(text);
      yield cid;
      const data = this.#store.get(text);
      if (data !== undefined) queue.push(...linksOf(cid, data));
    }
  }
}
