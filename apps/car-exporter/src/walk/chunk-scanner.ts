import {
  type BlockVerifier,
  type CarStore,
  CidParts,
  CODEC_DAG_CBOR,
  LinkBuffer,
  readCid,
  type RunVisitor,
  scanLinks,
} from '@waybill/car';
import { LinkFilter } from './link-filter.ts';
import { locating } from './locating.ts';
import type { OrdinalBits } from './ordinal-bits.ts';
import { OrdinalList } from './ordinal-list.ts';

/** A link to a block that the source lacks. */
export interface MissingLink {
  /** The frame that has the link. */
  readonly parent: number;
  readonly cid: Uint8Array;
}

/** Takes frames in the order of a chunk. */
export type FrameTaker = (bytes: Uint8Array, start: number, end: number) => void;

export interface ChunkScannerInit {
  readonly store: CarStore;
  readonly bits: OrdinalBits;
  readonly takesCbor: boolean;
  /** Compares the hash of each block. */
  readonly verifier?: BlockVerifier | undefined;
}

/**
 * Reads frames and finds what they link to: once for each block of an export, in any of its threads. Makes no object for
 * a block or a link.
 */
export class ChunkScanner {
  readonly #store: CarStore;
  readonly #bits: OrdinalBits;
  readonly #filter: LinkFilter;
  readonly #links = new LinkBuffer();
  readonly #own = new CidParts();
  readonly #next = new OrdinalList();
  #missing: MissingLink[] = [];
  #targets = new Float64Array(64);
  readonly #visit: RunVisitor;
  #take: FrameTaker = () => undefined;

  constructor({ store, bits, takesCbor, verifier }: ChunkScannerInit) {
    this.#store = store;
    this.#bits = bits;
    this.#filter = new LinkFilter(takesCbor);
    this.#visit = locating(store, (ordinal, bytes, frameStart, cidStart, dataStart, end) => {
      verifier?.verify(bytes, cidStart, dataStart, end);
      this.#take(bytes, frameStart, end);
      this.#follow(ordinal, bytes, cidStart, dataStart, end);
    });
  }

  /**
   * Gives every frame of `ordinals[from…to)`, which are sorted, to `take`.
   * @throws CarError with file and offset; BlockHashMismatchError.
   */
  scan(ordinals: Uint32Array, from: number, to: number, take: FrameTaker): void {
    this.#take = take;
    this.#store.readRuns(ordinals, { from, to }, this.#visit);
  }

  /** What the frames scanned so far link to, each ordinal once and given to one thread only. */
  takeNext(): Uint32Array<ArrayBuffer> {
    return this.#next.take();
  }

  takeMissing(): readonly MissingLink[] {
    const missing = this.#missing;
    this.#missing = [];
    return missing;
  }

  #follow(ordinal: number, bytes: Uint8Array, cidStart: number, dataStart: number, end: number): void {
    readCid(bytes, cidStart, dataStart, this.#own);
    if (this.#own.codec !== CODEC_DAG_CBOR) return;
    const links = this.#links;
    links.clear();
    scanLinks(bytes, dataStart, end, links);
    this.#dropOthers(bytes);
    if (links.count > this.#targets.length) this.#targets = new Float64Array(2 * links.count);
    const targets = this.#targets;
    this.#store.index.findLinks(bytes, links, targets);
    for (let link = 0; link < links.count; link += 1) {
      const target = targets[link] ?? -1;
      if (target < 0) this.#missing.push({ parent: ordinal, cid: cidAt(bytes, links, link) });
      else if (this.#bits.add(target)) this.#next.push(target);
    }
  }

  /** Leaves the links that are followed. Each goes to where it stands or before: what is still to be looked at stays. */
  #dropOthers(bytes: Uint8Array): void {
    const links = this.#links;
    const { count } = links;
    links.clear();
    for (let link = 0; link < count; link += 1) {
      const start = links.offset(link);
      const length = links.length(link);
      if (this.#filter.takes(bytes, start, length)) links.push(start, length);
    }
  }
}

function cidAt(bytes: Uint8Array, links: LinkBuffer, link: number): Uint8Array {
  const start = links.offset(link);
  return bytes.slice(start, start + links.length(link));
}
