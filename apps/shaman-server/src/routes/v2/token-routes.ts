import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { issueToken } from '../../auth/issue-token.ts';
import { sendText } from './v2-errors.ts';

/** How long the URL for a token holds (spec section 1.1). */
const TOKEN_URL_LIFETIME_MS = 30_000;

/** A Flamenco Server that gives tokens to its users. */
export interface FlamencoServer {
  readonly url: string;
  readonly managerId: string;
  readonly secret: string;
}

export interface TokenRoutesInit {
  /** Everybody is let in: tokens mean nothing. */
  isOpen: boolean;
  /** What tokens of get-token are signed with. Undefined: this server gives none. */
  signingKey?: (() => Promise<KeyObject | undefined>) | undefined;
  flamencoServer?: FlamencoServer | undefined;
  /** Milliseconds since the epoch. Default Date.now. */
  now?: (() => number) | undefined;
}

export const TOKEN_ROUTES = ['/get-token', '/jwt/token-urls'] as const;

/** `GET get-token`, `GET my-info`, `GET jwt/token-urls` (spec section 1.1). */
export function addV2TokenRoutes(app: FastifyInstance, init: TokenRoutesInit): void {
  const { isOpen, signingKey, flamencoServer, now = Date.now } = init;

  app.get('/get-token', async (_request, reply) => {
    if (signingKey === undefined) return sendText(reply, 403, 'This server gives no tokens: ask whoever runs it.');
    const key = await signingKey();
    if (key === undefined) return sendText(reply, 500, 'There is no key to sign tokens with.');
    const token = await issueToken({ key, userId: 'shaman-user', nowMs: now() });
    return reply.type('text/plain').header('cache-control', 'no-store').send(token);
  });

  app.get('/my-info', (request, reply) => sendText(reply, 200, `You are ${request.identity?.userId ?? 'anonymous'}`));

  app.get('/jwt/token-urls', (request, reply) => {
    // To the client, 404 says that no token is needed.
    if (isOpen) return sendText(reply, 404, 'No token is needed here.');
    if (flamencoServer === undefined) return sendText(reply, 503, 'No Flamenco Server is set.');
    const body = { tokenURL: tokenUrl(flamencoServer, now()), loginURL: loginUrl(flamencoServer, request) };
    return reply.type('application/json').send(JSON.stringify(body));
  });
}

/** Valid for half a minute, which the shared secret proves. */
function tokenUrl({ url, managerId, secret }: FlamencoServer, nowMs: number): string {
  const expires = new Date(nowMs + TOKEN_URL_LIFETIME_MS).toISOString().replace(/\.\d+Z$/, 'Z');
  const hmac = createHmac('sha256', secret).update(`${expires}-${managerId}`).digest('hex');
  const target = new URL(`api/flamenco/jwt/generate-token/${encodeURIComponent(managerId)}`, url);
  target.search = new URLSearchParams({ expires, hmac }).toString();
  return target.href;
}

/** Where a browser goes that the token URL refuses; it comes back to us. */
function loginUrl({ url }: FlamencoServer, { protocol, host }: FastifyRequest): string {
  const target = new URL('login', url);
  target.search = new URLSearchParams({ next: `${protocol}://${host}/` }).toString();
  return target.href;
}
