import { WaybillError } from '@waybill/common';

/** What a block was wanted as: a header, something below one of the three roots of a header, or below the genesis' parents. */
export type ChainTask = 'block' | 'messages' | 'receipts' | 'state' | 'genesis parent';

interface MissingBlock {
  readonly cid: string;
  readonly task: ChainTask;
  /** CID of the header below which it hangs; unknown for the head itself. */
  readonly header?: string | undefined;
  readonly epoch?: number | undefined;
}

/** The store lacks a block that belongs to the export: what was written so far is no snapshot. */
export class ChainBlockMissingError extends WaybillError {
  readonly cid: string;
  readonly task: ChainTask;
  readonly header: string | undefined;
  readonly epoch: number | undefined;

  constructor({ cid, task, header, epoch }: MissingBlock) {
    const below = header === undefined ? '' : `, of header ${header}`;
    const at = epoch === undefined ? '' : ` at epoch ${epoch}`;
    const advice = task === 'state' ? '; export without --stateroots, or with a higher --tail' : '';
    super(`block ${cid} (${task}${below}${at}) is not in the store${advice}`, {
      code: 'ERR_CHAIN_BLOCK_MISSING',
      retryable: false,
    });
    this.cid = cid;
    this.task = task;
    this.header = header;
    this.epoch = epoch;
  }
}

/** These blocks are no tipset. */
export class TipsetInvalidError extends WaybillError {
  constructor(problem: string) {
    super(problem, { code: 'ERR_TIPSET_INVALID', retryable: false });
  }
}

/** A reference that is neither `@head`, nor `@HEIGHT`, nor CIDs; or that names no tipset of this chain. */
export class TipsetReferenceInvalidError extends WaybillError {
  readonly reference: string;

  constructor(reference: string, problem: string) {
    super(`${JSON.stringify(reference)}: ${problem}`, { code: 'ERR_TIPSET_REFERENCE_INVALID', retryable: false });
    this.reference = reference;
  }
}

/** Links of headers that lead nowhere: no genesis, or a header that is not older than its child. */
export class ChainInvalidError extends WaybillError {
  readonly epoch: number;

  constructor(problem: string, epoch: number) {
    super(`${problem} (epoch ${epoch})`, { code: 'ERR_CHAIN_INVALID', retryable: false });
    this.epoch = epoch;
  }
}

/** The head of a range is older than its tail. */
export class RangeInvalidError extends WaybillError {
  readonly headHeight: number;
  readonly tailHeight: number;

  constructor(headHeight: number, tailHeight: number) {
    super(`the head, at height ${headHeight}, is below the tail, at height ${tailHeight}`, {
      code: 'ERR_RANGE_INVALID',
      retryable: false,
    });
    this.headHeight = headHeight;
    this.tailHeight = tailHeight;
  }
}
