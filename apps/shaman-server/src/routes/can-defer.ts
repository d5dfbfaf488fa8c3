import { HEADERS } from '@waybill/shaman-protocol';
import type { FastifyRequest } from 'fastify';

/**
 * Clients that say they can defer and then forget the deferred file, so that their checkout fails (spec section 2, no. 10):
 * all versions of the Flamenco 3 add-on known by 2026, and BAT 1.x, which sends the name of each file and is otherwise
 * called as its HTTP library is. They wait for the other upload instead, and send the file themselves if that takes too long.
 */
const FORGETFUL = /^Flamenco\/.* \(Blender add-on\)$/i;
const FORGETFUL_V2 = /^python-requests\//i;

/** Whether the client sends a deferred file later. `text`: the original of v2 takes exactly `true`, that of v3 any case. */
export function canDefer({ headers }: Pick<FastifyRequest, 'headers'>, protocol: 'v2' | 'v3'): boolean {
  const text = String(headers[HEADERS.canDefer] ?? '');
  if ((protocol === 'v2' ? text : text.toLowerCase()) !== 'true') return false;
  const agent = headers['user-agent'] ?? '';
  if (protocol === 'v3') return !FORGETFUL.test(agent);
  return !(FORGETFUL_V2.test(agent) && headers[HEADERS.originalFilename] !== undefined);
}
