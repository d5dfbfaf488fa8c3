import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** `192.168.0.0/16`, `fd00::/8`, or one address. */
export const cidr = z.string().refine((text) => parseCidr(text) !== undefined, 'expected a network such as 10.0.0.0/8');

/** Makes a check whether an address is in one of the networks. IPv4 addresses may come mapped (::ffff:10.0.0.1). */
export function createNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const parsed = parseCidr(network);
    if (parsed !== undefined) list.addSubnet(parsed.address, parsed.prefix, parsed.family);
  }
  return (given) => {
    const address = given.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}

/** Whether a server that listens on this address can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || LOOPBACK(host);
}

const LOOPBACK = createNetworks(['127.0.0.0/8', '::1']);

function parseCidr(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', digits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const prefix = digits === undefined ? bits : Number(digits);
  if (version === 0 || prefix > bits) return undefined;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}
