import { expect, test } from 'vitest';
import { formatRequirementsV2, MessageInvalidError, parseRequirementsV2 } from '../src/index.ts';

test('answers have one line for each missing file', () => {
  const entries = [
    { status: 'unknown', path: 'a b.png' },
    { status: 'uploading', path: 'größe.png' },
  ] as const;
  expect(formatRequirementsV2(entries)).toBe('file-unknown a b.png\nalready-uploading größe.png\n');
  expect(parseRequirementsV2('file-unknown a b.png\nalready-uploading größe.png')).toEqual(entries);
});

test('an empty answer means that nothing is missing', () => {
  expect(parseRequirementsV2('')).toEqual([]);
});

test.each([
  'ERROR something',
  'file-unknown',
  'file-unknown ',
  'file-known a',
  '\n',
  'file-unknown a\n\nfile-unknown b\n',
  ' file-unknown a',
])('refuses %j', (text) => {
  expect(() => parseRequirementsV2(text)).toThrow(MessageInvalidError);
});
