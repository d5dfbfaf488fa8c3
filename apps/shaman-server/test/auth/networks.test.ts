import { describe, expect, it } from 'vitest';
import { cidr, createNetworks, isLoopback } from '../../src/auth/networks.ts';

describe('networks', () => {
  const isInside = createNetworks(['10.0.0.0/8', '192.168.7.9', 'fd00::/8']);

  it.each(['10.1.2.3', '::ffff:10.1.2.3', '192.168.7.9', 'fd12::1', 'fd12::1%eth0'])('contain %s', (address) => {
    expect(isInside(address)).toBe(true);
  });

  it.each(['11.0.0.1', '192.168.7.8', 'fe80::1', '::1', '', 'nonsense', '010.1.2.3', '::ffff:11.0.0.1'])(
    'do not contain %j',
    (address) => {
      expect(isInside(address)).toBe(false);
    },
  );

  it.each(['10.0.0.0/33', '10.0.0/8', 'x', '10.0.0.0/-1', 'fd00::/129', '', '10.0.0.0/8/8'])(
    'cannot be written as %j',
    (text) => {
      expect(cidr.safeParse(text).success).toBe(false);
    },
  );

  it('know the addresses that only this machine can reach', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['0.0.0.0', '::', '10.0.0.1', 'example.org'].map(isLoopback)).toEqual([false, false, false, false]);
  });
});
