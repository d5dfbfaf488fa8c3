import { describe, expect, test } from 'vitest';
import { parseSourceReference } from '../../src/store/source-reference.ts';

describe('parseSourceReference', () => {
  test.for([
    [['chain.car'], { kind: 'car', paths: ['chain.car'] }],
    [['/data/a.car', 'b.car.zst'], { kind: 'car', paths: ['/data/a.car', 'b.car.zst'] }],
    [['./lmdb:odd.car'], { kind: 'car', paths: ['./lmdb:odd.car'] }],
    [['lmdb:/data/chain'], { kind: 'lmdb', path: '/data/chain' }],
    [['flatfs:blocks'], { kind: 'flatfs', path: 'blocks' }],
    [['http://127.0.0.1:1234'], { kind: 'node', address: 'http://127.0.0.1:1234' }],
    [['ey.J-x_z:/ip4/10.0.0.1/tcp/1234/http'], { kind: 'node', address: 'ey.J-x_z:/ip4/10.0.0.1/tcp/1234/http' }],
    [['/dns/node/tcp/1234/https'], { kind: 'node', address: '/dns/node/tcp/1234/https' }],
    [['/ip4/chain.car'], { kind: 'car', paths: ['/ip4/chain.car'] }],
  ])('tells what %j is', ([from, reference]) => {
    expect(parseSourceReference(from as string[])).toEqual(reference);
  });

  test('refuses a mixture', () => {
    expect(() => parseSourceReference(['chain.car', 'lmdb:chain'])).toThrow(/one source of another kind/);
  });
});
