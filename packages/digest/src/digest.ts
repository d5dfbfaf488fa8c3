/** Algorithms that a digest may name. */
export type DigestAlgorithm = 'sha256';

/** What names a blob: an algorithm and the value it gave for the blob's bytes (sha256: 32 bytes). */
export interface Digest {
  readonly algorithm: DigestAlgorithm;
  readonly bytes: Uint8Array;
}

/** Length of a SHA-256 value (FIPS 180-4). */
export const SHA256_BYTES = 32;
