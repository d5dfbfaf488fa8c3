import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Long enough for a UUID or a trace id; without anything that could break a log line or a header. */
const SANE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The incoming X-Request-Id where it is sane, else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID();
}
