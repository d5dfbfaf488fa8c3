import { NodeAddressInvalidError } from './rpc-errors.ts';

export interface NodeAddress {
  /** Where calls are posted to. */
  readonly url: string;
  readonly token: string | undefined;
}

/** Where Lotus and Forest answer version 1 of their API. */
const RPC_PATH = '/rpc/v1';

/**
 * Reads the address of a node in any of the forms that operators have at hand:
 * - `http://host:1234` or `https://host/rpc/v1`, the path being `/rpc/v1` where none is given;
 * - `TOKEN:http://…`;
 * - what Lotus and Forest keep in `FULLNODE_API_INFO`: `TOKEN:/ip4/127.0.0.1/tcp/1234/http`, with `dns`, `ip6` and `https` likewise.
 * @throws NodeAddressInvalidError.
 */
export function parseNodeAddress(text: string): NodeAddress {
  const [, token, address] = /^(?:([\w.~+/=-]+):)?((?:https?:\/\/|\/(?!\/)).+)$/su.exec(text.trim()) ?? [];
  if (address === undefined) throw new NodeAddressInvalidError('neither a URL nor a multiaddress');
  const url = URL.parse(address.startsWith('/') ? fromMultiaddress(address) : address);
  if (url === null) throw new NodeAddressInvalidError('not a URL');
  if (url.pathname === '/') url.pathname = RPC_PATH;
  return { url: url.href, token };
}

function fromMultiaddress(address: string): string {
  const [kind = '', host = '', tcp = '', port = '', protocol = 'http', ...rest] = address.slice(1).split('/');
  const known = ['ip4', 'ip6', 'dns', 'dns4', 'dns6'].includes(kind) && tcp === 'tcp' && /^\d+$/.test(port);
  if (!known || !['http', 'https', 'ws', 'wss'].includes(protocol) || rest.length > 0) {
    throw new NodeAddressInvalidError('a multiaddress of another form than /ip4/HOST/tcp/PORT/http');
  }
  const scheme = protocol.endsWith('s') && protocol !== 'ws' ? 'https' : 'http';
  return `${scheme}://${kind === 'ip6' ? `[${host}]` : host}:${port}`;
}
