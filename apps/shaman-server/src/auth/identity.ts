/** Who makes a request. */
export interface Identity {
  /** The subject of the token; `token` for a static one, `anonymous` where none is needed. */
  readonly userId: string;
  readonly kind: 'jwt' | 'token' | 'anonymous';
}

/** Why somebody was not let in. `expired` has a status of its own in v2 (498, spec section 1.1). */
export type Refusal = 'missing' | 'invalid' | 'expired';

export type AuthOutcome =
  { readonly accepted: true; readonly identity: Identity } | { readonly accepted: false; readonly refusal: Refusal };

export const ANONYMOUS: AuthOutcome = { accepted: true, identity: { userId: 'anonymous', kind: 'anonymous' } };
