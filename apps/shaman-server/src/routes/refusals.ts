import type { Refusal } from '../auth/identity.ts';

/** What a client is told that was not let in. */
export const REFUSAL_TEXT: Readonly<Record<Refusal, string>> = {
  missing: 'A token is needed.',
  invalid: 'The token is not valid here.',
  expired: 'The token has expired.',
};
