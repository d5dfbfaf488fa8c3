import type { BlockHashes } from './block-hasher.ts';
import { CBOR, type CidPrefix, DAG_CBOR, DAG_CBOR_SHA2, RAW, RAW_SHA2 } from './cid-prefixes.ts';

/** One block of a chain, as a store would give it. Both arrays are views: copy what is kept for long. */
export interface SyntheticBlock {
  readonly cid: Uint8Array;
  readonly data: Uint8Array;
}

/** Blocks are cut from pieces of this size: one allocation for some hundred blocks. */
const SLAB_BYTES = 262_144;

export interface BlockSinkInit {
  hashes: BlockHashes;
  /** False: hash and count only, give no blocks. */
  keepBlocks: boolean;
}

/** Names blocks and hands them out in the order in which they were made. */
export class BlockSink {
  blockCount = 0;
  dataBytes = 0;
  /** CIDs that blocks refer to and that the store lacks. */
  readonly dropped: Uint8Array[] = [];
  readonly #hashes: BlockHashes;
  readonly #keepBlocks: boolean;
  #ready: SyntheticBlock[] = [];
  #slab = new Uint8Array(0);
  #used = 0;
  readonly #forEver = new Map<string, Uint8Array>();
  readonly #thisEpoch = new Map<string, Uint8Array>();

  constructor({ hashes, keepBlocks }: BlockSinkInit) {
    this.#hashes = hashes;
    this.#keepBlocks = keepBlocks;
  }

  /** Adds a block that nobody has added before. The content may change afterwards; the CID is the caller's own. */
  add(prefix: CidPrefix, content: Uint8Array): Uint8Array {
    const cid = this.#cidOf(prefix, content);
    this.#store(cid, content);
    return cid;
  }

  dagCbor(content: Uint8Array): Uint8Array {
    return this.add(DAG_CBOR, content);
  }

  dagCborSha2(content: Uint8Array): Uint8Array {
    return this.add(DAG_CBOR_SHA2, content);
  }

  raw(content: Uint8Array): Uint8Array {
    return this.add(RAW, content);
  }

  rawSha2(content: Uint8Array): Uint8Array {
    return this.add(RAW_SHA2, content);
  }

  cbor(content: Uint8Array): Uint8Array {
    return this.add(CBOR, content);
  }

  /** As `dagCbor`, for contents that may come again in this epoch: the store gets them once. */
  dagCborOnce(content: Uint8Array): Uint8Array {
    return this.#once(this.#thisEpoch, content);
  }

  /** As `dagCborOnce`, for contents that may come again in any epoch. */
  dagCborForEver(content: Uint8Array): Uint8Array {
    return this.#once(this.#forEver, content);
  }

  /** Names a block that the store does not get. */
  drop(content: Uint8Array): Uint8Array {
    const cid = this.#cidOf(DAG_CBOR, content);
    this.dropped.push(cid.slice());
    return cid;
  }

  endEpoch(): void {
    this.#thisEpoch.clear();
  }

  /** What was added since the last call. */
  take(): SyntheticBlock[] {
    const blocks = this.#ready;
    this.#ready = [];
    return blocks;
  }

  blake2b(content: Uint8Array): Uint8Array {
    return this.#hashes.blake2b(content);
  }

  #once(known: Map<string, Uint8Array>, content: Uint8Array): Uint8Array {
    const cid = this.#cidOf(DAG_CBOR, content);
    const key = Buffer.from(cid).toString('latin1');
    const before = this.#forEver.get(key) ?? known.get(key);
    if (before !== undefined) return before;
    known.set(key, cid);
    this.#store(cid, content);
    return cid;
  }

  #cidOf(prefix: CidPrefix, content: Uint8Array): Uint8Array {
    const sha2 = prefix === DAG_CBOR_SHA2 || prefix === RAW_SHA2;
    const digest = sha2 ? this.#hashes.sha2(content) : this.#hashes.blake2b(content);
    const cid = new Uint8Array(prefix.length + digest.length);
    cid.set(prefix);
    cid.set(digest, prefix.length);
    return cid;
  }

  #store(cid: Uint8Array, content: Uint8Array): void {
    this.blockCount += 1;
    this.dataBytes += content.length;
    if (this.#keepBlocks) this.#ready.push({ cid, data: this.#copy(content) });
  }

  #copy(content: Uint8Array): Uint8Array {
    if (content.length > SLAB_BYTES / 8) return content.slice();
    if (this.#used + content.length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const copy = this.#slab.subarray(this.#used, this.#used + content.length);
    copy.set(content);
    this.#used += content.length;
    return copy;
  }
}
