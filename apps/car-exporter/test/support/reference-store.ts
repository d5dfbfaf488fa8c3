import { CarReader } from '@ipld/car';
import * as dagCbor from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';

export const CBOR = 0x51;
export const RAW = 0x55;
export const DAG_CBOR = 0x71;
const IDENTITY = 0;

/** Blocks by the text of their CID. Slow and simple, on purpose: what it says is what ours is compared with. */
export type ReferenceStore = ReadonlyMap<string, Uint8Array>;

/** A block that a walk needs and that the store lacks. */
export class ReferenceBlockMissing extends Error {
  readonly cid: string;

  constructor(cid: CID) {
    super(`reference: ${cid.toString()} is missing`);
    this.cid = cid.toString();
  }
}

/** From what a generator gives: CIDs in their binary form. */
export function referenceStore(blocks: Iterable<{ cid: Uint8Array; data: Uint8Array }>): Map<string, Uint8Array> {
  const store = new Map<string, Uint8Array>();
  for (const { cid, data } of blocks) store.set(CID.decode(cid).toString(), data);
  return store;
}

/** What a CARv1 has, as `@ipld/car` reads it: in the order of the file, with each duplicate. */
export interface ReferenceCar {
  readonly roots: readonly CID[];
  readonly blocks: readonly { readonly cid: CID; readonly bytes: Uint8Array }[];
}

export async function readReferenceCar(bytes: Uint8Array): Promise<ReferenceCar> {
  const reader = await CarReader.fromBytes(bytes);
  const [roots, blocks] = [await reader.getRoots(), await Array.fromAsync(reader.blocks())];
  return { roots, blocks };
}

export function readBlock(store: ReferenceStore, cid: CID): Uint8Array {
  const data = store.get(cid.toString());
  if (data === undefined) throw new ReferenceBlockMissing(cid);
  return data;
}

/** The links of a block, in their order, as often as they stand there; none in what is not dag-cbor. */
export function linksOf(cid: CID, data: Uint8Array): CID[] {
  return cid.code === DAG_CBOR ? linksIn(dagCbor.decode(data)) : [];
}

function linksIn(value: unknown): CID[] {
  const cid = CID.asCID(value);
  if (cid !== null) return [cid];
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return Object.values(value).flatMap(linksIn);
}

/** Whether a link is one to a block that is exported: no identity, and a codec of the list. */
export function isExported(cid: CID, codecs: readonly number[]): boolean {
  return cid.multihash.code !== IDENTITY && codecs.includes(cid.code);
}
