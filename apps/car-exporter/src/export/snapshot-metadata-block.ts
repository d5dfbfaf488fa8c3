import { type CidBytes, encodeSnapshotMetadata } from '@waybill/car';
import { createBLAKE2b } from 'hash-wasm';

/** CIDv1, dag-cbor, blake2b-256 of 32 bytes. */
const CID_PREFIX = Uint8Array.of(0x01, 0x71, 0xa0, 0xe4, 0x02, 0x20);

export interface MetadataBlock {
  readonly cid: CidBytes;
  readonly data: Uint8Array;
}

/** The first block, and the only root, of a snapshot v2 (FRC-0108). @param f3Data The CID of the block after it. */
export async function createMetadataBlock(
  headTipsetKey: readonly CidBytes[],
  f3Data?: CidBytes,
): Promise<MetadataBlock> {
  const data = encodeSnapshotMetadata({ version: 2, headTipsetKey, f3Data });
  const blake2b = await createBLAKE2b(256);
  const digest = blake2b.init().update(data).digest('binary');
  return { cid: Uint8Array.from([...CID_PREFIX, ...digest]), data };
}
