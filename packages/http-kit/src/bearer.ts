import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Makes a check of Authorization headers against tokens, in a time that does not depend on how much of a token is right.
 * `Bearer TOKEN` passes (RFC 6750), and so does `Basic` with the token as password (RFC 7617), because that is
 * what a wubloader node can send: its URL is `http://any:TOKEN@host/`.
 */
export function createTokenCheck(tokens: readonly string[]): (authorization: string | undefined) => boolean {
  const digests = tokens.map(digestOf);
  return (authorization) => {
    const offered = digestOf(offeredToken(authorization) ?? '');
    let matches = 0;
    for (const digest of digests) matches += timingSafeEqual(digest, offered) ? 1 : 0;
    return matches > 0;
  };
}

function offeredToken(authorization: string | undefined): string | undefined {
  const [, scheme, credentials] = /^(bearer|basic) +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (scheme === undefined || credentials === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return credentials;
  const userAndPassword = Buffer.from(credentials, 'base64').toString('utf8');
  return userAndPassword.slice(userAndPassword.indexOf(':') + 1);
}

/** Digests have one length, which timingSafeEqual asks for. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
