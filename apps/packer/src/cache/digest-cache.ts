import type { AbortOptions } from '@waybill/common';

/** SHA-256 of contents by a key that changes whenever the content may have. */
export interface DigestCache {
  get(key: string): CachedDigest | undefined;
  set(key: string, digest: CachedDigest): void;
  /** Keeps what is new for the next run. */
  save(options?: AbortOptions): Promise<void>;
}

export interface CachedDigest {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Remembers for one run. */
export function memoryDigestCache(): DigestCache {
  const digests = new Map<string, CachedDigest>();
  return {
    get: (key) => digests.get(key),
    set: (key, digest) => void digests.set(key, digest),
    save: () => Promise.resolve(),
  };
}
