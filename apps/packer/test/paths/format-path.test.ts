import { expect, it } from 'vitest';
import { formatPath } from '../../src/paths/format-path.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

it('shows UTF-8 as it is', () => {
  expect(formatPath(Buffer.from('/a/grün/木/🚀.png'))).toBe('/a/grün/木/🚀.png');
});

it('escapes bytes that are no UTF-8, and no others', () => {
  expect(formatPath(bytes('/gr\xfcn.png'))).toBe(String.raw`/gr\xfcn.png`);
  expect(formatPath(Buffer.concat([Buffer.from('ü'), Buffer.from([0xff, 0xc3]), Buffer.from('木')]))).toBe(
    String.raw`ü\xff\xc3木`,
  );
});

it.each([
  ['an overlong form', [0xc0, 0xaf], String.raw`\xc0\xaf`],
  ['a surrogate', [0xed, 0xa0, 0x80], String.raw`\xed\xa0\x80`],
  ['a sequence that is cut', [0xe6, 0x9c], String.raw`\xe6\x9c`],
  ['what lies above U+10FFFF', [0xf4, 0x90, 0x80, 0x80], String.raw`\xf4\x90\x80\x80`],
])('escapes %s', (_what, path, shown) => {
  expect(formatPath(Uint8Array.from(path))).toBe(shown);
});
