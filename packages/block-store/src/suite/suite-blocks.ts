import { createHash } from 'node:crypto';
import { createBLAKE2b } from 'hash-wasm';
import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import type { Block } from '../block-store.ts';

const RAW = 0x55;
const DAG_CBOR = 0x71;
const SHA2_256 = 0x12;
const BLAKE2B_256 = 0xb220;

export interface SuiteBlock extends Block {
  /** The same CID as `cid`. */
  readonly name: CID;
}

const blake2b = await createBLAKE2b(256);

/** A block that is another one for another text, with so many bytes that follow it: dag-cbor by its name, blake2b-256. */
export function suiteBlock(text: string, moreBytes = 0): SuiteBlock {
  const data = Buffer.concat([Buffer.from(text), Buffer.alloc(moreBytes, text.length % 251)]);
  return named(data, CID.createV1(DAG_CBOR, Digest.create(BLAKE2B_256, blake2b.init().update(data).digest('binary'))));
}

/** So many blocks, each another one. */
export function suiteBlocks(text: string, count: number, moreBytes = (_index: number): number => 0): SuiteBlock[] {
  return Array.from({ length: count }, (_, index) => suiteBlock(`${text} ${index}`, moreBytes(index)));
}

/** A raw block, sha2-256. */
export function rawBlock(text: string): SuiteBlock {
  const data = Buffer.from(text);
  return named(data, CID.createV1(RAW, Digest.create(SHA2_256, createHash('sha256').update(data).digest())));
}

/** The name of the same content under another codec. */
export function asRaw({ name, data }: SuiteBlock): SuiteBlock {
  return named(data, CID.createV1(RAW, name.multihash));
}

export function identityBlock(text: string): SuiteBlock {
  const data = Buffer.from(text);
  return named(data, CID.createV1(RAW, Digest.create(0, data)));
}

function named(data: Uint8Array, name: CID): SuiteBlock {
  return { name, cid: name.bytes, data };
}
