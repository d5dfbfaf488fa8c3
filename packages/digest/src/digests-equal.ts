import type { Digest } from './digest.ts';

/** True where the values are the same (there is one algorithm). Digests are no secrets: the time tells where they differ. */
export function digestsEqual(a: Digest, b: Digest): boolean {
  if (a.bytes.length !== b.bytes.length) return false;
  for (let i = 0; i < a.bytes.length; i += 1) {
    if (a.bytes[i] !== b.bytes[i]) return false;
  }
  return true;
}
