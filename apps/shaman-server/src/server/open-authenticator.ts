import { generateKeyPairSync } from 'node:crypto';
import type { Logger, HttpClient } from '@waybill/http-kit';
import { createRemoteJWKSet } from 'jose';
import { createAuthenticator } from '../auth/authenticator.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { readPrivateKey } from '../auth/es256-keys.ts';
import { createKeySetVerifier, createKeyVerifier } from '../auth/jwt-verifier.ts';
import type { JwtVerifier } from '../auth/jwt-verifier.ts';
import { createKeyFolder } from '../auth/key-folder.ts';
import { createNetworks } from '../auth/networks.ts';
import { createOidcKeySet } from '../auth/oidc-key-set.ts';
import { isOpen } from '../config/check-serve-config.ts';
import type { AuthConfig, ListenConfig } from '../config/check-serve-config.ts';
import type { TokenRoutesInit } from '../routes/v2/token-routes.ts';

export interface OpenAuthenticatorInit {
  config: AuthConfig & ListenConfig;
  client: HttpClient;
  logger: Logger;
  /** Tokens beside those of the configuration. */
  ownTokens: readonly string[];
}

/** Lets in whom the configuration says. */
export function openAuthenticator({ config, client, logger, ownTokens }: OpenAuthenticatorInit): Authenticator {
  const onError = (error: unknown): void =>
    logger.warn({ err: error }, 'Keys that tokens are checked with are not available');
  return createAuthenticator({
    open: isOpen(config),
    tokens: [...config.tokens, ...ownTokens],
    verifiers: verifiersOf(config, client, onError),
    isAnonymousV3: createNetworks(config.anonymousV3From),
  });
}

function verifiersOf(config: AuthConfig, client: HttpClient, onError: (error: unknown) => void): JwtVerifier[] {
  const { jwtKeys, jwksUrl, oidcIssuer, jwtAudience: audience } = config;
  const verifiers: JwtVerifier[] = [];
  if (jwtKeys !== undefined) {
    const folder = createKeyFolder({ directory: jwtKeys, onError });
    verifiers.push(createKeyVerifier(() => folder.keys()));
  }
  const aimed = audience === undefined ? { onError } : { audience, onError };
  if (jwksUrl !== undefined)
    verifiers.push(createKeySetVerifier({ ...aimed, getKey: createRemoteJWKSet(new URL(jwksUrl)) }));
  if (oidcIssuer !== undefined)
    verifiers.push(
      createKeySetVerifier({ ...aimed, issuer: oidcIssuer, getKey: createOidcKeySet(oidcIssuer, client) }),
    );
  return verifiers;
}

/** What the routes of v2 that give tokens need. Where everybody is let in, any key will do. */
export function tokenRoutesOf(config: AuthConfig & ListenConfig): Omit<TokenRoutesInit, 'isOpen'> {
  const { jwtKeys, getToken, flamencoServer: url, flamencoManagerId: managerId, flamencoSecret: secret } = config;
  const isConfigured = url !== undefined && managerId !== undefined && secret !== undefined;
  const flamencoServer = isConfigured ? { url, managerId, secret } : undefined;
  if (getToken && jwtKeys !== undefined) return { flamencoServer, signingKey: () => readPrivateKey(jwtKeys) };
  if (!isOpen(config)) return { flamencoServer };
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { flamencoServer, signingKey: () => Promise.resolve(privateKey) };
}
