import { expect, test } from 'vitest';
import { parseTarget, targetBelow, UrlInvalidError } from '../src/index.ts';

test('takes a URL apart', () => {
  expect(parseTarget('https://us%3Aer:p%40ss@Node.Example:8443/pre/fix/45%3A51?a=b#c')).toEqual({
    origin: 'https://node.example:8443',
    host: 'node.example:8443',
    path: '/pre/fix/45%3A51?a=b',
    authorization: `Basic ${Buffer.from('us:er:p@ss').toString('base64')}`,
    publicUrl: 'https://node.example:8443/pre/fix/45%3A51',
  });
});

test('takes a URL object', () => {
  expect(parseTarget(new URL('http://host')).path).toBe('/');
  expect(parseTarget(new URL('http://host')).authorization).toBeUndefined();
});

test('takes a password that is badly encoded as it is', () => {
  expect(parseTarget('http://a:100%@host/').authorization).toBe(`Basic ${Buffer.from('a:100%').toString('base64')}`);
});

test.each(['', 'host/path', 'file:///etc/passwd', 'javascript:alert(1)'])('refuses %j', (url) => {
  expect(() => parseTarget(url)).toThrow(UrlInvalidError);
});

test.each(['http://us:er@node:8000', 'http://us:er@node:8000/', 'http://us:er@node:8000/pre/fix'])(
  'puts a path below %j as if the whole URL had been taken apart',
  (base) => {
    const whole = `${base.replace(/\/$/, '')}/files/a%2Fb?tombstones=true`;
    expect(targetBelow(parseTarget(base), '/files/a%2Fb?tombstones=true')).toEqual(parseTarget(whole));
  },
);
