import type { AbortOptions } from '@waybill/common';
import type { CID } from 'multiformats/cid';

/** A block to be put. Both arrays MUST not be modified until the call ends. */
export interface Block {
  /** The CID in its binary form. */
  readonly cid: Uint8Array;
  readonly data: Uint8Array;
}

/** What `putMany` did. */
export interface PutManyResult {
  /** New blocks. */
  readonly stored: number;
  /** Blocks that were there already, those that came twice and those of identity CIDs among them. */
  readonly existing: number;
  /** Of the new ones: their contents, without keys. */
  readonly storedBytes: number;
}

/**
 * IPLD blocks by CID: immutable contents, named by the hash of their bytes. An adapter is right when it passes the suite of
 * `@waybill/block-store/suite`.
 *
 * For all methods:
 * - What names a content is the multihash of the CID. Whether a store tells two CIDs with one multihash and different codecs
 *   apart is its own affair: the content is the same.
 * - The content of an identity CID is in the CID: it is always there, and never stored.
 * - What is missing is told from what could not be read. Errors of the technology come as BlockStoreUnreadableError with
 *   their `cause`, unless the adapter names another.
 * - An aborted call rejects with the signal's reason, modifies nothing more and holds on to nothing.
 * - Calls may overlap in any way. After `close` every call rejects with BlockStoreClosedError.
 * - Bytes that are given out are the caller's own.
 */
export interface BlockStore {
  /** Whether the block is there. Its bytes need not be read. */
  has(cid: CID, options?: AbortOptions): Promise<boolean>;

  /** @throws BlockMissingError, BlockCorruptError, BlockStoreUnreadableError. */
  get(cid: CID, options?: AbortOptions): Promise<Uint8Array>;

  /** Many blocks in the order in which they were asked for, as often as asked; undefined for what is missing. Throws otherwise as `get`. */
  getMany(cids: readonly CID[], options?: AbortOptions): Promise<(Uint8Array | undefined)[]>;

  /**
   * `getMany` for CIDs in their binary form: the way that costs least. All blocks of a call are in memory together: the
   * caller bounds them by how many it asks for. How many requests are under way at once is up to the store.
   * @throws BlockCidInvalidError also.
   */
  getManyBytes(cids: readonly Uint8Array[], options?: AbortOptions): Promise<(Uint8Array | undefined)[]>;

  /** Stops new calls, waits for those under way and gives back what the store holds. May be called twice. */
  close(): Promise<void>;
}

/** A store that can be filled. */
export interface WritableBlockStore extends BlockStore {
  /**
   * Stores one block; resolves when it is durable, also where it was there before.
   * @throws BlockDigestMismatchError: nothing was stored. BlockHashUnsupportedError.
   */
  put(cid: CID, data: Uint8Array, options?: AbortOptions): Promise<void>;

  /**
   * Stores many blocks, with what durability costs shared between them; resolves when all are durable. The source is read
   * no faster than the store can write, and told to end (`return()`) on an error. A block that is not what its CID says ends
   * the call, as an error of the source does: what came before may be stored then, and nothing unverified is.
   * @throws BlockDigestMismatchError, BlockHashUnsupportedError, BlockCidInvalidError; what the source throws; DiskFullError.
   */
  putMany(blocks: Iterable<Block> | AsyncIterable<Block>, options?: AbortOptions): Promise<PutManyResult>;
}
