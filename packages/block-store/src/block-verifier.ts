import { hash } from 'node:crypto';
import { createBLAKE2b } from 'hash-wasm';
import { BlockCorruptError, BlockDigestMismatchError, BlockHashUnsupportedError } from './block-errors.ts';
import { type CidParts, cidParts } from './cid-parts.ts';

const IDENTITY = 0;
const SHA2_256 = 0x12;
const SHA2_512 = 0x13;
const BLAKE2B_256 = 0xb220;

/** Compares contents with the CIDs that they came under. Without a state between calls. */
export interface BlockVerifier {
  /** @throws BlockDigestMismatchError, BlockHashUnsupportedError, BlockCidInvalidError: what came is not to be stored. */
  assertContent(cid: Uint8Array, data: Uint8Array): void;
  /** @throws BlockCorruptError, BlockHashUnsupportedError, BlockCidInvalidError: what is stored is not to be used. */
  assertStored(cid: Uint8Array, data: Uint8Array): void;
}

let loaded: Promise<BlockVerifier> | undefined;

/** The verifier of this process: blake2b-256, sha2-256, sha2-512 and identity. About 1 µs for a block of 600 bytes. */
export function loadBlockVerifier(): Promise<BlockVerifier> {
  loaded ??= createVerifier();
  return loaded;
}

async function createVerifier(): Promise<BlockVerifier> {
  const blake2b = await createBLAKE2b(256);
  const digestOf = (cid: Uint8Array, { hashCode }: CidParts, data: Uint8Array): Uint8Array => {
    if (hashCode === BLAKE2B_256) return blake2b.init().update(data).digest('binary');
    if (hashCode === SHA2_256) return hash('sha256', data, 'buffer');
    if (hashCode === SHA2_512) return hash('sha512', data, 'buffer');
    if (hashCode === IDENTITY) return data;
    throw new BlockHashUnsupportedError(cid, hashCode);
  };
  const disagreement = (cid: Uint8Array, data: Uint8Array): Disagreement | undefined => {
    const parts = cidParts(cid);
    const actual = digestOf(cid, parts, data);
    return isDigest(cid, parts, actual) ? undefined : { expected: cid.subarray(parts.digestStart), actual };
  };
  return {
    assertContent: (cid, data) => {
      const both = disagreement(cid, data);
      if (both !== undefined) throw new BlockDigestMismatchError(cid, both);
    },
    assertStored: (cid, data) => {
      const both = disagreement(cid, data);
      if (both !== undefined) throw new BlockCorruptError(cid, both);
    },
  };
}

/** Asked for each block: a view for the comparison would cost more than the comparison. */
function isDigest(cid: Uint8Array, { digestStart }: CidParts, digest: Uint8Array): boolean {
  if (cid.length !== digestStart + digest.length) return false;
  let different = 0;
  for (let at = 0; at < digest.length; at += 1) different |= (cid[digestStart + at] ?? 0) ^ (digest[at] ?? 0);
  return different === 0;
}

interface Disagreement {
  readonly expected: Uint8Array;
  readonly actual: Uint8Array;
}

/** The content of an identity CID, which is in the CID itself; undefined for all others. */
export function identityContent(cid: Uint8Array, parts: CidParts = cidParts(cid)): Uint8Array | undefined {
  return parts.hashCode === IDENTITY ? new Uint8Array(cid.subarray(parts.digestStart)) : undefined;
}
