import { describe, expect, it } from 'vitest';
import { DEFAULT_TRUST, formatNodeTrust, NodeTrustInvalidError, parseNodeTrust } from '../../src/nodes/node-trust.ts';

const ALL = [
  'none',
  'tombstones',
  'extras',
  'replace',
  'tombstones+extras',
  'tombstones+replace',
  'extras+replace',
  'tombstones+extras+replace',
];

describe('the trust in a node', () => {
  it.each(ALL)('%s is what it is written as', (text) => {
    expect(formatNodeTrust(parseNodeTrust(text))).toBe(text);
  });

  it('is tombstones and extras by default', () => {
    expect(parseNodeTrust('')).toBe(DEFAULT_TRUST);
    expect(formatNodeTrust(DEFAULT_TRUST)).toBe('tombstones+extras');
  });

  it('grants only what is named', () => {
    expect(parseNodeTrust('replace')).toEqual({ tombstones: false, extras: false, replace: true });
  });

  it('may be written with spaces, which a + in a URL becomes', () => {
    expect(parseNodeTrust('Replace tombstones')).toEqual({ tombstones: true, extras: false, replace: true });
  });

  it.each(['all', 'none+extras', 'tombstone', '-replace'])('refuses %j', (text) => {
    expect(() => parseNodeTrust(text)).toThrow(NodeTrustInvalidError);
  });
});
