import { type BlockHeader, type CarStore, type CidBytes, decodeBlockHeader, formatCid } from '@waybill/car';
import type { BlockVerifier } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { ChainBlockMissingError, ChainInvalidError, type ChainTask } from '../chain/chain-errors.ts';
import { type ExportRule, MESSAGES, RECEIPTS, STATE } from './export-rule.ts';
import type { FrameOutput } from './generation-scanner.ts';
import { LinkFilter } from './link-filter.ts';
import { locating } from './locating.ts';
import { OrdinalBits } from './ordinal-bits.ts';
import { OrdinalList } from './ordinal-list.ts';

export interface HeaderLaneInit {
  readonly store: CarStore;
  readonly bits: OrdinalBits;
  readonly rule: ExportRule;
  readonly output: FrameOutput;
  readonly verifier?: BlockVerifier | undefined;
  /** Whether `bits` are those of an older export: its headers are not written again, but the way to the genesis leads through them. */
  readonly isDifference: boolean;
  readonly onEpoch?: ((epoch: number) => void) | undefined;
}

/** Where the parts of the headers begin. */
export interface HeaderLaneResult {
  /** Roots of messages and state, and the genesis' parents where they are scanned. */
  readonly roots: OrdinalList;
  readonly receipts: OrdinalList;
  /** Blocks that are written and not scanned. */
  readonly leaves: OrdinalList;
  readonly missingReceipts: readonly CidBytes[];
  readonly headerCount: number;
}

/** Some hundred kilobytes, and a millisecond. */
const HEADERS_AT_ONCE = 256;

interface ReadHeader {
  readonly cid: CidBytes;
  readonly header: BlockHeader;
}

/**
 * Writes all headers, from the head to the genesis, each child before its parents: Lotus' importer wants them so. They
 * come first, in this one lane; whatever else is written by several threads cannot come between them.
 */
export class HeaderLane implements HeaderLaneResult {
  readonly roots = new OrdinalList();
  readonly receipts = new OrdinalList();
  readonly leaves = new OrdinalList();
  readonly missingReceipts: CidBytes[] = [];
  headerCount = 0;
  readonly #init: HeaderLaneInit;
  readonly #filter: LinkFilter;
  readonly #one = new Uint32Array(1);
  /** Headers of the current generation that are to be written. */
  readonly #unwritten = new Set<number>();
  readonly #visited: OrdinalBits | undefined;
  #hasGenesis = false;

  constructor(init: HeaderLaneInit) {
    this.#init = init;
    this.#filter = new LinkFilter(init.rule.takesCbor);
    this.#visited = init.isDifference ? new OrdinalBits(init.store.index.blockCount) : undefined;
  }

  /** @throws ChainBlockMissingError; ChainInvalidError without a genesis; CarError. */
  async run(head: readonly CidBytes[], { signal }: AbortOptions = {}): Promise<void> {
    let generation = this.#enqueue(head, undefined);
    let epoch = 0;
    let settleAt = HEADERS_AT_ONCE;
    while (generation.length > 0) {
      signal?.throwIfAborted();
      const parents: number[] = [];
      for (const ordinal of generation) {
        const read = this.#read(ordinal);
        epoch = read.header.height;
        this.#takeParts(read);
        if (epoch > 0) parents.push(...this.#enqueue(read.header.parents, read));
      }
      this.#init.onEpoch?.(epoch);
      if (this.headerCount >= settleAt) {
        settleAt = this.headerCount + HEADERS_AT_ONCE;
        await this.#init.output.settle();
      }
      generation = parents;
    }
    await this.#init.output.settle();
    if (!this.#hasGenesis) throw new ChainInvalidError('the chain ends without a genesis', epoch);
  }

  #enqueue(cids: readonly CidBytes[], child: ReadHeader | undefined): number[] {
    const added: number[] = [];
    for (const cid of cids) {
      const ordinal = this.#find(cid, 'block', child);
      if (this.#visit(ordinal)) added.push(ordinal);
    }
    return added;
  }

  /** Whether this lane meets the header for the first time. */
  #visit(ordinal: number): boolean {
    const isNew = this.#init.bits.add(ordinal);
    if (isNew) this.#unwritten.add(ordinal);
    return this.#visited === undefined ? isNew : this.#visited.add(ordinal);
  }

  #read(ordinal: number): ReadHeader {
    const { store, output, verifier } = this.#init;
    let read: ReadHeader | undefined;
    this.#one[0] = ordinal;
    const visit = locating(store, (_, bytes, frameStart, cidStart, dataStart, end) => {
      verifier?.verify(bytes, cidStart, dataStart, end);
      read = { cid: bytes.slice(cidStart, dataStart), header: decodeBlockHeader(bytes, dataStart, end) };
      if (this.#unwritten.delete(ordinal)) {
        output.frame(bytes, frameStart, end);
        this.headerCount += 1;
      }
    });
    store.readRuns(this.#one, {}, visit);
    return read as ReadHeader;
  }

  #takeParts(read: ReadHeader): void {
    const { header } = read;
    const parts = this.#init.rule.partsAt(header.height);
    if ((parts & MESSAGES) !== 0) this.#seed(header.messages, 'messages', read, this.roots);
    if ((parts & RECEIPTS) !== 0) this.#takeReceipts(read);
    if (header.height === 0) this.#takeGenesis(read);
    if ((parts & STATE) !== 0) this.#seed(header.parentStateRoot, 'state', read, this.roots);
  }

  /** Not marked yet: what state links to, too, must be judged as state. */
  #takeReceipts(read: ReadHeader): void {
    const cid = read.header.parentMessageReceipts;
    if (!this.#filter.takes(cid, 0, cid.length)) return;
    const ordinal = this.#init.store.find(cid, 0, cid.length);
    if (ordinal < 0) this.missingReceipts.push(cid);
    else this.receipts.push(ordinal);
  }

  #takeGenesis(read: ReadHeader): void {
    this.#hasGenesis = true;
    const list = this.#init.rule.scansGenesisParents ? this.roots : this.leaves;
    for (const parent of read.header.parents) this.#seed(parent, 'genesis parent', read, list);
  }

  #seed(cid: CidBytes, task: ChainTask, read: ReadHeader, list: OrdinalList): void {
    if (!this.#filter.takes(cid, 0, cid.length)) return;
    const ordinal = this.#find(cid, task, read);
    if (this.#init.bits.add(ordinal)) list.push(ordinal);
  }

  #find(cid: CidBytes, task: ChainTask, child: ReadHeader | undefined): number {
    const ordinal = this.#init.store.find(cid, 0, cid.length);
    if (ordinal >= 0) return ordinal;
    const header = child === undefined ? undefined : formatCid(child.cid);
    throw new ChainBlockMissingError({ cid: formatCid(cid), task, header, epoch: child?.header.height });
  }
}
