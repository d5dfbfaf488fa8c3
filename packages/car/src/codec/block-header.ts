import { BlockHeaderInvalidError } from '../errors.ts';
import { CborReader } from './cbor-reader.ts';
import type { CidBytes } from './cid.ts';

/** The header of a Filecoin block, an array of 16 fields. Byte arrays are copies. */
export interface BlockHeader {
  /** The address of the miner, in its binary form. */
  readonly miner: Uint8Array;
  /** The VRF proof of the ticket, whose blake2b-256 orders the blocks of a tipset; `undefined` without a ticket. */
  readonly ticketProof: Uint8Array | undefined;
  /** CIDs of the tipset before, in its order. */
  readonly parents: readonly CidBytes[];
  /** As it stands: a sign byte and the absolute value, big endian. */
  readonly parentWeight: Uint8Array;
  /** The epoch. */
  readonly height: number;
  /** The state before the messages of this block. */
  readonly parentStateRoot: CidBytes;
  readonly parentMessageReceipts: CidBytes;
  /** Of the block's list of messages. */
  readonly messages: CidBytes;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

const FIELDS = 16;
/** Lists and byte strings of a header are no longer in Lotus. */
const MOST_ITEMS = 8192;

/**
 * Decodes what was reached as a header: an array of 16. Do not use it to find out whether a block is one; the state of
 * the power actor has 16 items, too.
 * @throws BlockHeaderInvalidError, CborInvalidError, CidInvalidError, CarTruncatedError, VarintInvalidError.
 */
export function decodeBlockHeader(bytes: Uint8Array, start: number, end: number): BlockHeader {
  const reader = new CborReader(bytes, start, end);
  reader.list('a block header', FIELDS, FIELDS);
  const miner = reader.byteString('the miner');
  const ticketProof = readTicket(reader);
  skipProofs(reader);
  const parents = reader.links('the parents', MOST_ITEMS);
  const parentWeight = reader.byteString('the weight of the parents');
  const heightAt = reader.at;
  const height = reader.integer('the height');
  if (height < 0) throw new BlockHeaderInvalidError(heightAt, `the height is ${height}`);
  const parentStateRoot = reader.link('the state root');
  const parentMessageReceipts = reader.link('the receipts');
  const messages = reader.link('the messages');
  const timestamp = readRest(reader);
  if (reader.at !== end) throw new BlockHeaderInvalidError(reader.at, `${end - reader.at} bytes follow the header`);
  return {
    ...{ miner, ticketProof, parents, parentWeight, height },
    ...{ parentStateRoot, parentMessageReceipts, messages, timestamp },
  };
}

function readTicket(reader: CborReader): Uint8Array | undefined {
  if (reader.takeNull()) return undefined;
  reader.list('the ticket', 1, 1);
  return reader.byteString('the proof of the ticket');
}

/** Election proof, beacon entries, proofs of space-time. */
function skipProofs(reader: CborReader): void {
  if (!reader.takeNull()) {
    reader.list('the election proof', 2, 2);
    reader.skipInteger('the count of wins');
    reader.byteString('the election proof');
  }
  for (let left = reader.list('the beacon entries', 0, MOST_ITEMS); left > 0; left -= 1) {
    reader.list('a beacon entry', 2, 2);
    reader.skipInteger('the round of a beacon entry');
    reader.byteString('a beacon entry');
  }
  for (let left = reader.list('the proofs', 0, MOST_ITEMS); left > 0; left -= 1) {
    reader.list('a proof', 2, 2);
    reader.skipInteger('the kind of a proof');
    reader.byteString('a proof');
  }
}

/** From the aggregated signature to the base fee; gives the timestamp. */
function readRest(reader: CborReader): number {
  if (!reader.takeNull()) reader.byteString('the aggregated signature');
  const timestamp = reader.integer('the timestamp');
  if (!reader.takeNull()) reader.byteString('the signature');
  reader.skipInteger('the fork signal');
  reader.byteString('the base fee');
  return timestamp;
}
