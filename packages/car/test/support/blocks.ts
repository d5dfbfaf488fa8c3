import { createHash } from 'node:crypto';
import * as dagCbor from '@ipld/dag-cbor';
import { createBLAKE2b } from 'hash-wasm';
import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';

export interface TestBlock {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

const blake2b = await createBLAKE2b(256);

/** A CID made by multiformats. */
export function cidOf(bytes: Uint8Array, codec = 0x71, hash: 'blake2b' | 'sha2' | 'identity' = 'blake2b'): CID {
  if (hash === 'identity') return CID.createV1(codec, createDigest(0, bytes));
  if (hash === 'sha2') return CID.createV1(codec, createDigest(0x12, createHash('sha256').update(bytes).digest()));
  return CID.createV1(codec, createDigest(0xb220, blake2b.init().update(bytes).digest('binary')));
}

/** Encoded by @ipld/dag-cbor, named by blake2b-256. */
export function cborBlock(value: unknown): TestBlock {
  const bytes = dagCbor.encode(value);
  return { cid: cidOf(bytes), bytes };
}

/** Blocks of all kinds that are met: links, raw, sha2-256, version 0, identity, empty. */
export function sampleBlocks(): TestBlock[] {
  const raw = Buffer.from('some raw bytes');
  const leaf = cborBlock({ name: 'leaf', list: [1, -2, 0.5, null, true] });
  const middle = cborBlock([leaf.cid, cidOf(raw, 0x55), { self: cidOf(Buffer.from('no block'), 0xf101, 'sha2') }]);
  const v0 = CID.createV0(createDigest(0x12, createHash('sha256').update('pb').digest()));
  return [
    cborBlock({ root: middle.cid, more: 'x'.repeat(300) }),
    middle,
    leaf,
    { cid: cidOf(raw, 0x55), bytes: raw },
    { cid: cidOf(raw, 0x55, 'sha2'), bytes: raw },
    { cid: v0, bytes: Buffer.from('pb') },
    { cid: cidOf(Buffer.from('here'), 0x55, 'identity'), bytes: Buffer.from('here') },
    { cid: cidOf(new Uint8Array(0), 0x55), bytes: new Uint8Array(0) },
  ];
}
