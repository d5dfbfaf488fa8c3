import type { AbortOptions } from '@waybill/common';
import type { ServerConnection } from './small-requests.ts';

const TIMEOUT_MS = 10_000;

/** Three parts of base64url: what a JWT looks like (RFC 7515 section 7.1). */
const TOKEN = /^[\w-]+(?:\.[\w-]+){2}$/;

/** As the original v2 client: who has no token asks for one (spec section 1.1). Resolves with whether there was one. */
export async function askForToken(connection: ServerConnection, { signal }: AbortOptions): Promise<boolean> {
  const { status, bytes } = await connection.http.requestBytes(new URL('get-token', connection.url), {
    ...{ name: 'get-token', totalTimeoutMs: TIMEOUT_MS, maxBytes: 65_536, signal },
  });
  const text = new TextDecoder().decode(bytes).trim();
  const isToken = status === 200 && TOKEN.test(text);
  if (isToken) connection.token = text;
  return isToken;
}
