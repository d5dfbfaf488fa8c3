import { expect, test } from 'vitest';
import { maskUserInfo } from '../src/mask-user-info.ts';

test.each([
  ['http://user:secret@node:8000/a', 'http://***@node:8000/a'],
  ['from http://a:b@x, then postgresql://c@y/z', 'from http://***@x, then postgresql://***@y/z'],
  ['http://p@ss:w@rd@host/', 'http://***@host/'],
  ['http://node/?mail=a@b', 'http://node/?mail=a@b'],
  ['nothing to hide', 'nothing to hide'],
])('shows %j without user and password', (text, shown) => {
  expect(maskUserInfo(text)).toBe(shown);
});

test('is quick in a long text without any URL', () => {
  const text = `${'a'.repeat(1_000_000)}@`;
  expect(maskUserInfo(text)).toBe(text);
});
