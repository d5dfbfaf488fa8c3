import { expect, it } from 'vitest';
import { escapeName } from '../../src/remote/escape-name.ts';

it.each([
  ['plain.ts', 'plain.ts'],
  ['a\0b\r\nc\u001b[31m', 'a\\u0000b\\r\\nc\\u001b[31m'],
  ['ü\u202egnp.', '\\u00fc\\u202egnp.'],
  ['\u007f\u0085\ud800', '\\u007f\\u0085\\ud800'],
  ['"quoted" \\', '\\"quoted\\" \\\\'],
])('shows %j as %j', (name, shown) => {
  expect(escapeName(name)).toBe(shown);
});

it('shortens a long name and says how long it was', () => {
  expect(escapeName('x'.repeat(5000))).toBe(`${'x'.repeat(100)}… (5000 characters)`);
});
