/** What stands before the digest in a CID: version, codec, multihash code and length of the digest, each as a varint. */
export type CidPrefix = Uint8Array;

const BLAKE2B_256 = [0xa0, 0xe4, 0x02, 32];
const SHA2_256 = [0x12, 32];

/** dag-cbor (0x71), blake2b-256 (0xb220): nearly all blocks of a chain. */
export const DAG_CBOR: CidPrefix = Uint8Array.of(1, 0x71, ...BLAKE2B_256);
/** raw (0x55), blake2b-256. */
export const RAW: CidPrefix = Uint8Array.of(1, 0x55, ...BLAKE2B_256);
/** cbor (0x51), blake2b-256: exported by Lotus, not scanned for links. */
export const CBOR: CidPrefix = Uint8Array.of(1, 0x51, ...BLAKE2B_256);
/** dag-cbor, sha2-256 (0x12): the parent of a genesis. */
export const DAG_CBOR_SHA2: CidPrefix = Uint8Array.of(1, 0x71, ...SHA2_256);
/** raw, sha2-256. */
export const RAW_SHA2: CidPrefix = Uint8Array.of(1, 0x55, ...SHA2_256);

/** dag-pb (0x70), sha2-256: is not followed. */
export const DAG_PB: CidPrefix = Uint8Array.of(1, 0x70, ...SHA2_256);
/** CIDv0, which is dag-pb and sha2-256 without saying so. */
export const CID_V0: CidPrefix = Uint8Array.of(...SHA2_256);
/** fil-commitment-unsealed (0xf101), sha2-256-trunc254-padded (0x1012): names data of a sector, no block. */
export const UNSEALED: CidPrefix = Uint8Array.of(1, 0x81, 0xe2, 0x03, 0x92, 0x20, 32);
/** fil-commitment-sealed (0xf102), poseidon-bls12_381-a2-fc1 (0xb401). */
export const SEALED: CidPrefix = Uint8Array.of(1, 0x82, 0xe2, 0x03, 0x81, 0xe8, 0x02, 32);

/** An identity CID: the content, of at most 127 bytes, stands in place of the digest. */
export function identityCid(codec: 0x55 | 0x71, content: Uint8Array): Uint8Array {
  return Uint8Array.of(1, codec, 0, content.length, ...content);
}
