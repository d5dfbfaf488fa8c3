import { maskUserInfo } from '@waybill/common';

/** A plain word after it is prose ("basic authentication"), not a token. */
const AUTHORIZATION = /\b([Bb]earer|[Bb]asic)(\s+)(?![a-z]+[.,;:]?(?:\s|$))[A-Za-z0-9\-._~+/]{6,}=*/g;

/**
 * Removes what must not be in a log from a text: the user and password of URLs, and what follows
 * `Bearer` or `Basic`. Everything else stays as it is.
 */
export function redactSecrets(text: string): string {
  return maskUserInfo(text).replace(AUTHORIZATION, '$1$2***');
}
