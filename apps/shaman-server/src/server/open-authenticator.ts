import { generateKeyPairSync } from 'node:crypto';
import type { Logger, HttpClient } from '@waybill/http-kit';
import { createRemoteJWKSet } from 'jose';
import { createAuthenticator } from '../auth/authenticator.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { readPrivateKey } from '../auth/es256-keys.ts';
import { createKeySetVerifier, createKeyVerifier } from '../auth/jwt-verifier.ts';
import type { JwtVerifier } from '../auth/jwt-verifier.ts';
import { createKeyFolder } from '../auth/key-folder.ts';
import type { KeyFolder } from '../auth/key-folder.ts';
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
  const { jwtKeys: directory } = config;
  const folder = directory === undefined ? undefined : createKeyFolder({ directory, onError });
  if (folder !== undefined && config.jwtKeyUrl === undefined) void warnWithoutKeys(folder, directory, logger);
  return createAuthenticator({
    open: isOpen(config),
    // A proxy on this machine asks for whatever name it has.
    local: isOpen(config) && !config.insecure && config.trustProxy.length === 0,
    tokens: [...config.tokens, ...ownTokens],
    verifiers: verifiersOf(config, folder, client, onError),
    isAnonymousV3: createNetworks(config.anonymousV3From),
  });
}

/** A folder that is another than was meant looks like one to which the keys are still to come. */
async function warnWithoutKeys(folder: KeyFolder, directory: string | undefined, logger: Logger): Promise<void> {
  if ((await folder.keys()).length > 0) return;
  logger.warn(
    { directory },
    'There is no *-public*.pem in the folder of --jwt-keys: until there is one, its tokens are refused',
  );
}

function verifiersOf(
  { jwksUrl, oidcIssuer, jwtAudience: audience }: AuthConfig,
  folder: KeyFolder | undefined,
  client: HttpClient,
  onError: (error: unknown) => void,
): JwtVerifier[] {
  const verifiers: JwtVerifier[] = [];
  if (folder !== undefined) verifiers.push(createKeyVerifier(() => folder.keys()));
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
