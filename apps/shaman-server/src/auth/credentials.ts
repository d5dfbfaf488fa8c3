import type { IncomingHttpHeaders } from 'node:http';

const COOKIE = 'jwtToken';
const BEARER = /^bearer +(\S+) *$/i;

/** The token of a request: the cookie first, then the header, as in the original (spec section 1.1). */
export function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  return cookieOf(headers.cookie) ?? BEARER.exec(headers.authorization ?? '')?.[1];
}

function cookieOf(header: string | undefined): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === COOKIE && value !== undefined && value !== '') return value;
  }
  return undefined;
}
