import { HEADERS } from '@waybill/shaman-protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator, Protocol } from '../auth/authenticator.ts';
import { tokenOf } from '../auth/credentials.ts';
import type { Refusal } from '../auth/identity.ts';
import { type Denial, isCrossSite, isForeignHost } from './denials.ts';

/** What of a user's id can be in a header; the rest is percent-encoded. */
const NOT_FOR_HEADERS = /[^\x21-\x7e]/g;

export interface AccessHookInit {
  protocol: Protocol;
  auth: Authenticator;
  /** Routes, by their pattern, that need no token. */
  openRoutes?: readonly string[] | undefined;
  refuse: (reply: FastifyReply, refusal: Refusal | Denial) => FastifyReply;
}

/**
 * Lets in who may be here. Requests that a browser makes for a page of another site are refused even where everybody is let
 * in: such a page could fill a store on this machine, which listens on loopback, without asking anybody.
 */
export function createAccessHook({ protocol, auth, openRoutes = [], refuse }: AccessHookInit) {
  const open = new Set(openRoutes);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (isCrossSite(request)) return refuse(reply, 'cross-site');
    if (auth.isLocal && isForeignHost(request)) return refuse(reply, 'foreign-host');
    if (open.has(request.routeOptions.url ?? '')) return undefined;
    const token = tokenOf(request.headers);
    const outcome = await auth.authenticate({ protocol, token, address: request.ip });
    if (!outcome.accepted) return refuse(reply, outcome.refusal);
    const { userId, kind } = outcome.identity;
    if (kind === 'jwt') reply.header(HEADERS.userId, userId.replaceAll(NOT_FOR_HEADERS, encodeURIComponent));
    request.identity = outcome.identity;
    return undefined;
  };
}
