import { type CidBytes, decodeBlockHeader } from '@waybill/car';

/** What an importer that reads the file once makes of the order of its headers. */
export interface ImporterView {
  /** Whether it comes to the genesis. */
  readonly reachesGenesis: boolean;
  /** Of the header that it found last; undefined where it did not even find the head. */
  readonly lowestHeight: number | undefined;
}

/**
 * Does what Lotus' importer does (specification 1.1): looks for the first block of the head, then for its first parent, and so on
 * down to height 0, while the file goes by. A header that stands before its child is never recognised.
 */
export class ImporterOrder {
  #wanted: CidBytes | undefined;
  #lowestHeight: number | undefined;

  constructor(head: readonly CidBytes[]) {
    this.#wanted = head[0];
  }

  get view(): ImporterView {
    return { reachesGenesis: this.#lowestHeight === 0, lowestHeight: this.#lowestHeight };
  }

  /** To be called for each block, in the order of the file. @throws CarError for a header that is none. */
  take(bytes: Uint8Array, cidStart: number, dataStart: number, end: number): void {
    const wanted = this.#wanted;
    if (wanted === undefined || !isEqual(wanted, bytes, cidStart, dataStart)) return;
    const { height, parents } = decodeBlockHeader(bytes, dataStart, end);
    this.#lowestHeight = height;
    this.#wanted = height === 0 ? undefined : parents[0];
  }
}

/** From the end: CIDs of one kind differ there. */
function isEqual(cid: CidBytes, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== cid.length) return false;
  for (let at = cid.length - 1; at >= 0; at -= 1) if (cid[at] !== bytes[start + at]) return false;
  return true;
}
