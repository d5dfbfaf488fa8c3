import { WaybillError } from '@waybill/common';
import type { HttpClient } from '@waybill/http-kit';
import { createRemoteJWKSet } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** The issuer's discovery document cannot be used. */
export class OidcDiscoveryInvalidError extends WaybillError {
  readonly issuer: string;

  constructor(issuer: string, problem: string) {
    super(`${issuer}: ${problem}`, { code: 'ERR_OIDC_DISCOVERY_INVALID', retryable: true });
    this.issuer = issuer;
  }
}

const discoveryDocument = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** After a failure the issuer is left alone for so long: every request with a token would ask it otherwise. */
const COOLDOWN_MS = 10_000;

/** The keys of an OpenID Connect issuer, found through its discovery document when first needed. jose refreshes them. */
export function createOidcKeySet(issuer: string, client: HttpClient): JWTVerifyGetKey {
  let keySet: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    keySet ??= discover(issuer, client).catch((error: unknown) => {
      setTimeout(() => (keySet = undefined), COOLDOWN_MS).unref();
      throw error;
    });
    return await (
      await keySet
    )(header, token);
  };
}

async function discover(issuer: string, client: HttpClient): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const options = { name: 'oidc', maxBytes: 256 * 1024, totalTimeoutMs: 10_000, expectedStatus: [200] };
  const { bytes } = await client.requestBytes(url, options);
  const parsed = discoveryDocument.safeParse(parseJson(bytes));
  if (!parsed.success) throw new OidcDiscoveryInvalidError(issuer, 'the discovery document is not as it has to be');
  // OpenID Connect Discovery 1.0 section 4.3: they must be equal, or another issuer is posing as this one.
  if (parsed.data.issuer !== issuer) throw new OidcDiscoveryInvalidError(issuer, 'the document names another issuer');
  return createRemoteJWKSet(new URL(parsed.data.jwks_uri));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
