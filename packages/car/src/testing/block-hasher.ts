import { hash } from 'node:crypto';
import { createBLAKE2b } from 'hash-wasm';

/** Gives the digest of a content, 32 bytes. */
export type BlockHash = (content: Uint8Array) => Uint8Array;

export interface BlockHashes {
  readonly blake2b: BlockHash;
  readonly sha2: BlockHash;
}

/** Both hashes of a chain; one instance of the module serves all blocks, a million in a second. */
export async function createBlockHashes(): Promise<BlockHashes> {
  const blake2b = await createBLAKE2b(256);
  return {
    blake2b: (content) => blake2b.init().update(content).digest('binary'),
    sha2: (content) => hash('sha256', content, 'buffer'),
  };
}
