import { describe, expect, test } from 'vitest';
import { NodeAddressInvalidError, parseNodeAddress } from '../src/index.ts';

describe('the address of a node', () => {
  test.each([
    ['http://127.0.0.1:1234', 'http://127.0.0.1:1234/rpc/v1', undefined],
    ['https://node.example.org/rpc/v0', 'https://node.example.org/rpc/v0', undefined],
    ['eyJh.eyJB-_.x:http://host:1234/', 'http://host:1234/rpc/v1', 'eyJh.eyJB-_.x'],
    ['eyJh.eyJB.x:/ip4/127.0.0.1/tcp/1234/http', 'http://127.0.0.1:1234/rpc/v1', 'eyJh.eyJB.x'],
    ['/dns4/lotus/tcp/443/https', 'https://lotus/rpc/v1', undefined],
    ['/dns/lotus/tcp/1234/wss', 'https://lotus:1234/rpc/v1', undefined],
    ['/ip6/::1/tcp/1234/ws\n', 'http://[::1]:1234/rpc/v1', undefined],
    ['/ip4/10.0.0.1/tcp/2345', 'http://10.0.0.1:2345/rpc/v1', undefined],
  ])('%s is %s', (text, url, token) => {
    expect(parseNodeAddress(text)).toEqual({ url, token });
  });

  test.each(['', 'lotus', 'ftp://host', '/ip4/1.2.3.4/udp/1/quic', '/ip4/1.2.3.4/tcp/x/http', 'token:', 'http://'])(
    'refuses %j, and does not repeat it',
    (text) => {
      const parse = (): unknown => parseNodeAddress(text);
      expect(parse).toThrow(NodeAddressInvalidError);
      if (text !== '') expect(parse).not.toThrow(text);
    },
  );
});
