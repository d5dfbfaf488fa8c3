import { expect, it } from 'vitest';
import { servingText } from '../../src/station/open-serve-app.ts';

it.each([
  ['http://0.0.0.0:8000', 'Serving /data on http://127.0.0.1:8000, and on every address of this machine\n'],
  ['http://[::]:8000', 'Serving /data on http://127.0.0.1:8000, and on every address of this machine\n'],
  ['https://10.0.0.1:8000', 'Serving /data on https://10.0.0.1:8000\n'],
])('a server on %s says where it can be opened', (url, text) => {
  expect(servingText('/data', url)).toBe(text);
});
