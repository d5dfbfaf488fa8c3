import { createHash } from 'node:crypto';
import type { DigestCache } from '../cache/digest-cache.ts';
import type { HashedFacts } from '../targets/pack-target.ts';
import { isSettled } from '../trace/file-identity.ts';

export interface ComputeDigestInit {
  /** Names the content, with the identity of the file that it comes from. */
  readonly key: string;
  /** Of the file that it comes from: `dev:ino:size:mtimeNs:ctimeNs`. */
  readonly identity: string;
  readonly cache: DigestCache;
}

/** Length and SHA-256 of a content, from the cache or by reading it. */
export async function computeDigest(
  { key, identity, cache }: ComputeDigestInit,
  open: () => AsyncIterable<Uint8Array>,
): Promise<HashedFacts> {
  const known = cache.get(key);
  if (known !== undefined) return { sizeBytes: known.sizeBytes, sha256: known.sha256 };
  const startedMs = Date.now();
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of open()) {
    hash.update(piece);
    sizeBytes += piece.length;
  }
  const facts = { sizeBytes, sha256: hash.digest('hex') };
  if (isSettled(identity, startedMs)) cache.set(key, facts);
  return facts;
}
