import { hash } from 'node:crypto';
import { createBLAKE2b } from 'hash-wasm';
import { CidParts, formatCid, HASH_BLAKE2B_256, HASH_IDENTITY, HASH_SHA2_256, readCid } from './codec/cid.ts';
import { BlockHashMismatchError, HashUnknownError } from './errors.ts';

/** Says whether a block is what its CID names: blake2b-256, sha2-256 and identity. One belongs to one thread. */
export interface BlockVerifier {
  /** @throws BlockHashMismatchError, HashUnknownError, with `dataStart` as offset; CidInvalidError and others for no CID. */
  verify(bytes: Uint8Array, cidStart: number, dataStart: number, end: number): void;
  /** The same, as an answer; only an unknown hash function and bytes that are no CID are errors. */
  matches(bytes: Uint8Array, cidStart: number, dataStart: number, end: number): boolean;
}

type Hash = (content: Uint8Array) => Uint8Array;

/** Makes the WebAssembly instance of blake2b-256, which is then used again and again: 1 us for 600 bytes. */
export async function createBlockVerifier(): Promise<BlockVerifier> {
  const blake2b = await createBLAKE2b(256);
  const hashes = new Map<number, Hash>([
    [HASH_IDENTITY, (content) => content],
    [HASH_SHA2_256, (content) => hash('sha256', content, 'buffer')],
    [HASH_BLAKE2B_256, (content) => blake2b.init().update(content).digest('binary')],
  ]);
  return new HashVerifier(hashes);
}

class HashVerifier implements BlockVerifier {
  readonly #hashes: ReadonlyMap<number, Hash>;
  readonly #parts = new CidParts();

  constructor(hashes: ReadonlyMap<number, Hash>) {
    this.#hashes = hashes;
  }

  verify(bytes: Uint8Array, cidStart: number, dataStart: number, end: number): void {
    if (this.matches(bytes, cidStart, dataStart, end)) return;
    const { digestStart, digestLength } = this.#parts;
    const expected = Buffer.from(bytes.subarray(digestStart, digestStart + digestLength)).toString('hex');
    const actual = Buffer.from(this.#digest(bytes, cidStart, dataStart, end)).toString('hex');
    throw new BlockHashMismatchError(dataStart, formatCid(bytes.subarray(cidStart, dataStart)), expected, actual);
  }

  matches(bytes: Uint8Array, cidStart: number, dataStart: number, end: number): boolean {
    const parts = this.#parts;
    readCid(bytes, cidStart, dataStart, parts);
    const digest = this.#digest(bytes, cidStart, dataStart, end);
    if (digest.length !== parts.digestLength) return false;
    let different = 0;
    for (let at = 0; at < digest.length; at += 1) different |= (digest[at] ?? 0) ^ (bytes[parts.digestStart + at] ?? 0);
    return different === 0;
  }

  #digest(bytes: Uint8Array, cidStart: number, dataStart: number, end: number): Uint8Array {
    const { hashCode } = this.#parts;
    const hashOf = this.#hashes.get(hashCode);
    if (hashOf === undefined)
      throw new HashUnknownError(cidStart, formatCid(bytes.subarray(cidStart, dataStart)), hashCode);
    return hashOf(bytes.subarray(dataStart, end));
  }
}
