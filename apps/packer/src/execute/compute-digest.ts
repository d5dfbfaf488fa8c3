import { createHash } from 'node:crypto';
import type { DigestCache } from '../cache/digest-cache.ts';
import type { HashedFacts } from '../targets/pack-target.ts';

/**
 * A file that was written to a moment ago may be written to again without its times changing: clocks of file systems tick, with
 * FAT every two seconds. What is younger is not remembered.
 */
const SETTLED_MS = 2500;

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
  if (startedMs - changedMsOf(identity) > SETTLED_MS) cache.set(key, facts);
  return facts;
}

/** When a file was changed last, as its `mtime` and `ctime` say: the later of them. */
export function changedMsOf(identity: string): number {
  const times = identity
    .split(':')
    .slice(3)
    .map((text) => Number(text) / 1e6);
  return Math.max(...times);
}
