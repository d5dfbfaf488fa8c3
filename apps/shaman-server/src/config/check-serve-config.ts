import type { ConfigOf } from '@waybill/cli-kit';
import { UsageInvalidError } from '@waybill/cli-kit';
import { isLoopback } from '../auth/networks.ts';
import { checkAgeBesideServer } from './check-gc-age.ts';
import type { AUTH_OPTIONS } from './auth-options.ts';
import type { SERVE_OPTIONS } from './serve-options.ts';
import type { STORE_OPTIONS } from './store-options.ts';
import type { GC_OPTIONS } from './upkeep-options.ts';

export type AuthConfig = ConfigOf<typeof AUTH_OPTIONS>;
export type ListenConfig = ConfigOf<typeof SERVE_OPTIONS>;
type UpkeepConfig = Pick<ListenConfig, 'gc'> & ConfigOf<typeof GC_OPTIONS>;
export type StoreConfig = ConfigOf<typeof STORE_OPTIONS>;

/** Options that contradict each other, are set by halves, or would open the store to strangers. Throws UsageInvalidError. */
export function checkServeConfig(config: AuthConfig & ListenConfig & UpkeepConfig): void {
  if (config.gc) checkAgeBesideServer(config.gcMaxAge);
  const { tlsCert, tlsKey, jwtKeys, jwtKeyUrl, getToken, oidcIssuer, jwksUrl, jwtAudience } = config;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new UsageInvalidError('--tls-cert and --tls-key belong together');
  if (jwtKeys === undefined && jwtKeyUrl !== undefined)
    throw new UsageInvalidError('--jwt-key-url needs --jwt-keys, the folder where the key is put');
  if (jwtKeys === undefined && getToken)
    throw new UsageInvalidError('--get-token needs --jwt-keys, the folder of the key that tokens are signed with');
  if (oidcIssuer !== undefined && jwtAudience === undefined)
    throw new UsageInvalidError('--oidc-issuer needs --jwt-audience, or tokens made for any other service would do');
  if (jwtAudience !== undefined && oidcIssuer === undefined && jwksUrl === undefined)
    throw new UsageInvalidError('--jwt-audience does nothing without --oidc-issuer or --jwks-url');
  checkFlamencoServer(config);
  checkExposure(config);
}

/** Whether anybody has to show a token. */
export function hasAuthentication({ tokens, jwtKeys, jwksUrl, oidcIssuer }: AuthConfig): boolean {
  return tokens.length > 0 || jwtKeys !== undefined || jwksUrl !== undefined || oidcIssuer !== undefined;
}

/** Whether everybody is let in: said so, or nobody but this machine can come. */
export function isOpen(config: AuthConfig & ListenConfig): boolean {
  if (config.insecure) return true;
  return !hasAuthentication(config) && config.anonymousV3From.length === 0 && isLoopback(config.host);
}

/** Throws UsageInvalidError. */
export function checkStoreConfig({ blobStore, database, sharedCheckouts }: StoreConfig): void {
  if (database !== undefined && blobStore === undefined)
    throw new UsageInvalidError(
      '--database does nothing without --blob-store: a file system has all the state there is',
    );
  if (sharedCheckouts && database === undefined)
    throw new UsageInvalidError('--shared-checkouts does nothing without --database: one server has one folder');
}

function checkFlamencoServer({ flamencoServer, flamencoManagerId, flamencoSecret }: AuthConfig): void {
  const set = [flamencoServer, flamencoManagerId, flamencoSecret].filter((value) => value !== undefined);
  if (set.length !== 0 && set.length !== 3)
    throw new UsageInvalidError('--flamenco-server, --flamenco-manager-id and --flamenco-secret belong together');
}

function checkExposure(config: AuthConfig & ListenConfig): void {
  const { insecure, host, anonymousV3From } = config;
  const isProtected = hasAuthentication(config);
  if (insecure && isProtected)
    throw new UsageInvalidError('--insecure lets everybody in: leave it out, or leave the tokens and keys out');
  if (insecure || isProtected || anonymousV3From.length > 0 || isLoopback(host)) return;
  throw new UsageInvalidError(
    `--host ${host} without authentication would let everybody who can reach it fill the store and erase checkouts. ` +
      'Give --tokens, --jwt-keys, --jwks-url or --oidc-issuer; or --anonymous-v3-from NETWORK for the Flamenco 3 add-on, ' +
      'which has no token; or --insecure if that is what you want',
  );
}
