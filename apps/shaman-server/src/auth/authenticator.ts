import { ANONYMOUS } from './identity.ts';
import type { AuthOutcome } from './identity.ts';
import type { JwtVerifier } from './jwt-verifier.ts';
import { createTokenList } from './token-list.ts';

/** The three parts of the server that a request can be for. */
export type Protocol = 'v2' | 'v3' | 'waybill';

export interface AuthRequest {
  readonly protocol: Protocol;
  readonly token: string | undefined;
  /** IP address of the client. */
  readonly address: string;
}

export interface AuthenticatorInit {
  /** Everybody is let in, whatever else is set. Default false. */
  open?: boolean | undefined;
  /** Everybody who calls it by a name of the loopback, and nobody else: see {@link Authenticator.isLocal}. Default false. */
  local?: boolean | undefined;
  /** Static tokens. */
  tokens?: readonly string[] | undefined;
  verifiers?: readonly JwtVerifier[] | undefined;
  /** Clients that need no token for v3: the add-on of Flamenco 3 has none. Default: nobody. */
  isAnonymousV3?: ((address: string) => boolean) | undefined;
}

export interface Authenticator {
  readonly isOpen: boolean;
  /** Open because nothing but this machine can reach it: what asks for another Host was led here. */
  readonly isLocal: boolean;
  /** Never rejects. */
  authenticate(request: AuthRequest): Promise<AuthOutcome>;
}

const MISSING: AuthOutcome = { accepted: false, refusal: 'missing' };
const INVALID: AuthOutcome = { accepted: false, refusal: 'invalid' };

/** Lets in who has one of the tokens, or a token that one of the verifiers accepts. */
export function createAuthenticator(init: AuthenticatorInit): Authenticator {
  const { open = false, local = false, tokens = [], verifiers = [], isAnonymousV3 = () => false } = init;
  const isListed = createTokenList(tokens);
  return {
    isOpen: open,
    isLocal: local,
    async authenticate({ protocol, token, address }) {
      if (open || (protocol === 'v3' && isAnonymousV3(address))) return ANONYMOUS;
      if (token === undefined) return MISSING;
      if (isListed(token)) return { accepted: true, identity: { userId: 'token', kind: 'token' } };
      return await firstAccepted(verifiers, token);
    },
  };
}

async function firstAccepted(verifiers: readonly JwtVerifier[], token: string): Promise<AuthOutcome> {
  let refused = INVALID;
  for (const verify of verifiers) {
    const outcome = await verify(token);
    if (outcome.accepted) return outcome;
    if (outcome.refusal === 'expired') refused = outcome;
  }
  return refused;
}
