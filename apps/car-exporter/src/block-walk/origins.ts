import { formatCid } from '@waybill/car';
import { ChainBlockMissingError, type ChainTask } from '../chain/chain-errors.ts';
import { CidStack } from './cid-stack.ts';

const TASKS = ['messages', 'state', 'genesis parent', 'receipts'] as const satisfies readonly ChainTask[];
export type RootTask = (typeof TASKS)[number];

const BITS_OF_TASK = 2;

/** The headers below which blocks are read: an error names them. A note is a header and a task in one number of 32 bits. */
export class Origins {
  readonly #headers: { readonly cid: Uint8Array; readonly epoch: number }[] = [];

  /** The number of a header: the highest is 2^30, and mainnet has 2^25. */
  add(cid: Uint8Array, epoch: number): number {
    return this.#headers.push({ cid, epoch }) - 1;
  }

  noteOf(header: number, task: RootTask): number {
    return ((header << BITS_OF_TASK) | TASKS.indexOf(task)) >>> 0;
  }

  missing(cid: Uint8Array, note: number): ChainBlockMissingError {
    const origin = this.#headers[note >>> BITS_OF_TASK];
    const task = TASKS[note & ((1 << BITS_OF_TASK) - 1)] ?? 'state';
    const header = origin === undefined ? undefined : formatCid(origin.cid);
    return new ChainBlockMissingError({ cid: formatCid(cid), task, header, epoch: origin?.epoch });
  }
}

/** The roots that headers lead to, in the order of the headers. */
export interface ChainRoots {
  readonly origins: Origins;
  /** Messages, state, and the genesis' parents where they are scanned. */
  readonly strict: CidStack;
  readonly receipts: CidStack;
  /** Blocks that are written and not scanned. */
  readonly leaves: CidStack;
}

export function emptyChainRoots(): ChainRoots {
  return { origins: new Origins(), strict: new CidStack(), receipts: new CidStack(), leaves: new CidStack() };
}
