import type { KeyObject } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { AuthOutcome, Refusal } from './identity.ts';

/** Of a JWKS: signatures by key pairs only. A shared secret (HS256) there would be a public one. */
const KEY_SET_ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'];

/** Checks a token; never rejects. */
export type JwtVerifier = (token: string) => Promise<AuthOutcome>;

/** Tokens signed with one of these keys by ES256; expired only counts where the signature is right (spec section 1.1). */
export function createKeyVerifier(keys: () => Promise<readonly KeyObject[]>): JwtVerifier {
  return async (token) => {
    let refusal: Refusal = 'invalid';
    for (const key of await keys()) {
      const outcome = await outcomeOf(() => jwtVerify(token, key, { algorithms: ['ES256'] }));
      if (outcome.accepted) return outcome;
      if (outcome.refusal === 'expired') refusal = 'expired';
    }
    return { accepted: false, refusal };
  };
}

export interface KeySetVerifierInit extends Pick<JWTVerifyOptions, 'issuer' | 'audience'> {
  getKey: JWTVerifyGetKey;
  /** The key set cannot be fetched, or the like: not the token's fault. */
  onError?: ((error: unknown) => void) | undefined;
}

/** Tokens signed with a key of a JWKS (RFC 7517), for this audience by this issuer where they are given. */
export function createKeySetVerifier({ getKey, issuer, audience, onError }: KeySetVerifierInit): JwtVerifier {
  const options: JWTVerifyOptions = {
    algorithms: KEY_SET_ALGORITHMS,
    requiredClaims: ['exp'],
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
  return (token) => outcomeOf(() => jwtVerify(token, getKey, options), onError);
}

async function outcomeOf(
  verify: () => Promise<{ payload: JWTPayload }>,
  onError?: (error: unknown) => void,
): Promise<AuthOutcome> {
  try {
    const { payload } = await verify();
    return { accepted: true, identity: { userId: payload.sub ?? '', kind: 'jwt' } };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { accepted: false, refusal: 'expired' };
    if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) onError?.(error);
    return { accepted: false, refusal: 'invalid' };
  }
}
