import { createHash, timingSafeEqual } from 'node:crypto';

/** Makes a check against static tokens, in a time that does not depend on how much of a token is right. */
export function createTokenList(tokens: readonly string[]): (offered: string) => boolean {
  const digests = tokens.map(digestOf);
  return (offered) => {
    const digest = digestOf(offered);
    let matches = 0;
    for (const known of digests) matches += timingSafeEqual(known, digest) ? 1 : 0;
    return matches > 0;
  };
}

/** Digests have one length, which timingSafeEqual asks for. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
