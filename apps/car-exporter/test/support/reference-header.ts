import * as dagCbor from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import { readBlock, type ReferenceStore } from './reference-store.ts';

/** The fields of a block header that a walk needs (spec 1.6). */
export interface ReferenceHeader {
  readonly cid: CID;
  readonly parents: readonly CID[];
  readonly height: number;
  readonly stateRoot: CID;
  readonly receipts: CID;
  readonly messages: CID;
}

/** @throws Error where the bytes are no block header. */
export function decodeHeader(cid: CID, data: Uint8Array): ReferenceHeader {
  const fields = dagCbor.decode<unknown>(data);
  if (!Array.isArray(fields) || fields.length !== 16 || typeof fields[7] !== 'number') {
    throw new Error(`reference: ${cid.toString()} is no block header`);
  }
  return {
    cid,
    parents: fields[5] as CID[],
    height: fields[7],
    stateRoot: fields[8] as CID,
    receipts: fields[9] as CID,
    messages: fields[10] as CID,
  };
}

export function readHeader(store: ReferenceStore, cid: CID): ReferenceHeader {
  return decodeHeader(cid, readBlock(store, cid));
}

/** All headers from a tipset back to the genesis, newest first, each once. */
export function headersFrom(store: ReferenceStore, tipset: readonly CID[]): ReferenceHeader[] {
  const queue = [...tipset];
  const known = new Set(queue.map(String));
  const headers: ReferenceHeader[] = [];
  for (let cid = queue.shift(); cid !== undefined; cid = queue.shift()) {
    const header = readHeader(store, cid);
    headers.push(header);
    if (header.height === 0) continue;
    for (const parent of header.parents) {
      if (known.has(parent.toString())) continue;
      known.add(parent.toString());
      queue.push(parent);
    }
  }
  return headers;
}

/** The tipset at a height on the way back from another one; where the round was null, the next older one. */
export function tipsetAt(store: ReferenceStore, head: readonly CID[], height: number): readonly CID[] {
  for (let tipset = head; ;) {
    const { height: at, parents } = readHeader(store, tipset[0] as CID);
    if (tipset === head && height > at) throw new Error(`reference: height ${height} is above the head at ${at}`);
    if (at <= height) return tipset;
    tipset = parents;
  }
}
