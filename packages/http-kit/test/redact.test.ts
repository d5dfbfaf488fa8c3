import { expect, test } from 'vitest';
import { redactSecrets } from '../src/index.ts';

test.each([
  ['GET http://user:secret@host:8000/files failed', 'GET http://***@host:8000/files failed'],
  ['postgres://us%40er:s%2Fcret@db/waybill', 'postgres://***@db/waybill'],
  ['http://se@cret:se@cret@host/', 'http://***@host/'],
  ['two: http://a:b@x/ and https://c@y/?q=1', 'two: http://***@x/ and https://***@y/?q=1'],
  ['authorization: Bearer abc.def-ghi_123=', 'authorization: Bearer ***'],
  ['"authorization":"Basic dXNlcjpwYXNz"', '"authorization":"Basic ***"'],
])('masks %j', (text, expected) => {
  expect(redactSecrets(text)).toBe(expected);
});

test.each([
  'http://host:8000/files/a@b/45:51.608000-2.0-full-x.ts',
  'mail someone@example.org about it',
  'Segment CH/source/2026-01-01T00/45:51.6-2.0-full-x.ts backfilled',
  'the bearer of bad news',
  'Basic authentication failed',
])('leaves %j as it is', (text) => {
  expect(redactSecrets(text)).toBe(text);
});
