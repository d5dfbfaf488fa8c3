import { describe, expect, it } from 'vitest';
import { NodeUrlInvalidError, parseNodeUrl } from '../../src/remote/node-url.ts';

describe('the URL of a node', () => {
  it.each([
    ['http://Node.Example', 'http://node.example'],
    ['http://node:80/', 'http://node'],
    ['https://node:443', 'https://node'],
    ['http://node:8000///', 'http://node:8000'],
    ['http://node/a/prefix/', 'http://node/a/prefix'],
    [' http://node ', 'http://node'],
    ['http://[::1]:8000/', 'http://[::1]:8000'],
  ])('%j is %j', (text, url) => {
    expect(parseNodeUrl(text).url).toBe(url);
  });

  it('keeps two ports, two prefixes and two schemes apart', () => {
    const urls = ['http://node', 'http://node:8000', 'http://node/a', 'http://node/b', 'https://node'];
    expect(new Set(urls.map((url) => parseNodeUrl(url).url)).size).toBe(urls.length);
  });

  it('gives credentials as an authorization and shows them nowhere else', () => {
    const parsed = parseNodeUrl('http://us%40er:p%3Ass@node:8000/x');
    expect(parsed.url).toBe('http://node:8000/x');
    expect(parsed.authorization).toBe(`Basic ${Buffer.from('us@er:p:ss').toString('base64')}`);
  });

  it('reads name and trust after the #', () => {
    expect([...parseNodeUrl('http://node#name=other&trust=tombstones+extras').options]).toEqual([
      ['name', 'other'],
      ['trust', 'tombstones extras'],
    ]);
  });

  it.each([
    '',
    'node',
    'node:8000',
    'ftp://node',
    'http://',
    'http://node/?a=1',
    'http://node#colour=red',
    'http://a:%ff@node',
  ])('refuses %j', (text) => {
    expect(() => parseNodeUrl(text)).toThrow(NodeUrlInvalidError);
  });

  it('shows no password in an error', () => {
    expect(() => parseNodeUrl('http://user:secret@node/?a=1')).toThrow(/^(?!.*secret)/s);
  });
});
