import { type AuthConfig, hasAuthentication, isOpen, type ListenConfig } from './check-serve-config.ts';

/** For people: who is let in. */
export function describeAccess(config: AuthConfig & ListenConfig): string {
  if (isOpen(config))
    return config.insecure ? 'everybody, without a token' : 'everybody on this machine, without a token';
  const ways = hasAuthentication(config) ? ['everybody with a token'] : [];
  if (config.anonymousV3From.length > 0) ways.push(`v3 without a token from ${config.anonymousV3From.join(', ')}`);
  return ways.join('; ');
}
