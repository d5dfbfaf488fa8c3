import { BlockStoreUnreadableError, type BlockVerifier, cidParts, identityContent } from '@waybill/block-store';
import { WaybillError } from '@waybill/common';
import type { LmdbDatabase } from './lmdb-database.ts';
import { decodePlace, decodeRecord } from './pack-format.ts';

export interface ReadBlocksInit {
  readonly database: LmdbDatabase;
  readonly verifier: BlockVerifier;
  readonly verifyReads: boolean;
}

/** A place as one number, in the order of the places. */
const PACK = 2 ** 16;
const NOWHERE = -1;

/**
 * Reads blocks in the order of their places: neighbours come out of one pack. Undefined for what is not there.
 * @throws BlockStoreUnreadableError, BlockCorruptError, BlockCidInvalidError.
 */
export function readBlocks(init: ReadBlocksInit, cids: readonly Uint8Array[]): (Uint8Array | undefined)[] {
  const found = new Array<Uint8Array | undefined>(cids.length);
  const keys = new Array<Uint8Array>(cids.length);
  const places = new Float64Array(cids.length);
  let current: Uint8Array | undefined;
  try {
    for (const [at, cid] of cids.entries()) {
      current = cid;
      const parts = cidParts(cid);
      const key = cid.subarray(parts.multihashStart);
      keys[at] = key;
      found[at] = identityContent(cid, parts);
      places[at] = found[at] === undefined ? placeOf(init.database, key) : NOWHERE;
    }
    const reader = new PackReader(init.database);
    for (const at of inOrder(places)) {
      const cid = cids[at] as Uint8Array;
      current = cid;
      const data = reader.read(places[at] as number, keys[at] as Uint8Array);
      if (init.verifyReads) init.verifier.assertStored(cid, data);
      found[at] = data;
    }
  } catch (error) {
    throw error instanceof WaybillError ? error : new BlockStoreUnreadableError(current, error);
  }
  return found;
}

/** Whether the block is to be found. @throws BlockStoreUnreadableError, BlockCidInvalidError. */
export function hasBlock({ index }: LmdbDatabase, cid: Uint8Array): boolean {
  const parts = cidParts(cid);
  if (identityContent(cid, parts) !== undefined) return true;
  try {
    return index.doesExist(cid.subarray(parts.multihashStart));
  } catch (error) {
    throw new BlockStoreUnreadableError(cid, error);
  }
}

function placeOf({ index }: LmdbDatabase, key: Uint8Array): number {
  const value = index.getBinaryFast(key);
  if (value === undefined) return NOWHERE;
  const { pack, offset } = decodePlace(value);
  return pack * PACK + offset;
}

/** Numbers of the places that are some, the first place first. */
function inOrder(places: Float64Array): Uint32Array {
  const order = Uint32Array.from(places, (_, at) => at).filter((at) => places[at] !== NOWHERE);
  return order.sort((one, other) => (places[one] as number) - (places[other] as number));
}

/** Keeps the pack that it read last: no other read of the database may come between. */
class PackReader {
  readonly #database: LmdbDatabase;
  #number = 0;
  #pack: Uint8Array = new Uint8Array(0);

  constructor(database: LmdbDatabase) {
    this.#database = database;
  }

  /** A copy of the content. */
  read(place: number, key: Uint8Array): Uint8Array {
    const number = Math.floor(place / PACK);
    if (number !== this.#number) this.#turnTo(number);
    const record = decodeRecord(this.#pack, place % PACK);
    if (Buffer.compare(record.key, key) !== 0)
      throw new Error(`another block than the index says is at byte ${place % PACK} of pack number ${number}`);
    return Buffer.from(record.data);
  }

  #turnTo(number: number): void {
    const pack = this.#database.packs.getBinaryFast(number);
    if (pack === undefined) throw new Error(`the index names pack number ${number}, which is not there`);
    [this.#number, this.#pack] = [number, pack];
  }
}
