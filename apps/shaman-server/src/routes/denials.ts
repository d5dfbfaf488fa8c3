import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../auth/networks.ts';

/** Why a request is turned away that no token would help. */
export type Denial = 'cross-site' | 'foreign-host';

export const DENIALS: Readonly<Record<Denial, { readonly status: number; readonly text: string }>> = {
  'cross-site': { status: 403, text: 'Requests from pages of other sites are refused.' },
  'foreign-host': {
    status: 421,
    text:
      'Without a token this server answers to localhost and 127.0.0.1 alone, and the request has another Host. ' +
      'Behind a reverse proxy, start it with --trust-proxy.',
  },
};

/** Fetch Metadata, which every browser of these years sends (https://www.w3.org/TR/fetch-metadata/). */
export function isCrossSite({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false;
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

/**
 * Whether the Host is anything else than a name of the loopback. The name of another site can be made to lead here (DNS
 * rebinding), and to a browser its pages are then our own; but they are asked for by that name.
 */
export function isForeignHost({ headers: { host } }: FastifyRequest): boolean {
  if (host === undefined) return false;
  const name = host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return !isLoopback(name) && !name.endsWith('.localhost');
}
