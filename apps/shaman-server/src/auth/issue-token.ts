import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';

/** As the original's get-token (spec section 1.1). */
export const TOKEN_LIFETIME_MS = 24 * 3_600_000;

export interface IssueTokenInit {
  key: KeyObject;
  userId: string;
  /** Default 24 hours. */
  lifetimeMs?: number | undefined;
  /** Milliseconds since the epoch. Default now. */
  nowMs?: number | undefined;
}

/** An ES256 token for a user. */
export async function issueToken(init: IssueTokenInit): Promise<string> {
  const { key, userId, lifetimeMs = TOKEN_LIFETIME_MS, nowMs = Date.now() } = init;
  const seconds = Math.floor(nowMs / 1000);
  return await new SignJWT()
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
    .setSubject(userId)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + Math.floor(lifetimeMs / 1000))
    .sign(key);
}
