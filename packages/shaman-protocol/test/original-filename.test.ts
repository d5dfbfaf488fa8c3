import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tierCount } from '@waybill/test-kit';
import { formatOriginalFilename, parseOriginalFilename } from '../src/index.ts';

/** As Node hands raw bytes of a header on. */
const asHeader = (text: string, encoding: 'utf8' | 'latin1'): string => Buffer.from(text, encoding).toString('latin1');

test('ASCII stands as it is', () => {
  expect(formatOriginalFilename('/home/artist/wood 01.png')).toBe('/home/artist/wood 01.png');
  expect(parseOriginalFilename('/home/artist/wood 01.png')).toBe('/home/artist/wood 01.png');
});

test('anything else stands in words of RFC 2047, each of 75 characters at most', () => {
  expect(formatOriginalFilename('größe.png')).toBe('=?utf-8?b?Z3LDtsOfZS5wbmc=?=');
  const long = '日本語'.repeat(30);
  const words = formatOriginalFilename(long).split(' ');
  expect(words.length).toBeGreaterThan(1);
  for (const word of words) expect(word).toMatch(/^=\?utf-8\?b\?[A-Za-z0-9+/=]{1,63}\?=$/);
  expect(parseOriginalFilename(words.join(' '))).toBe(long);
});

test.each([
  ['RFC 2047 as Python writes it', '=?utf-8?q?gr=C3=B6=C3=9Fe_1=2Epng?=', 'größe 1.png'],
  ['two words with a blank between them', '=?utf-8?B?Z3LDtg==?= =?utf-8?B?w59l?=', 'größe'],
  ['a Latin-1 word', '=?iso-8859-1?q?gr=F6=DFe?=', 'größe'],
  ['raw UTF-8', asHeader('größe.png', 'utf8'), 'größe.png'],
  ['raw Latin-1', asHeader('größe.png', 'latin1'), 'größe.png'],
  ['a word that is none', '=?utf-8?x?abc?=', '=?utf-8?x?abc?='],
  ['an unknown charset', '=?koi8-r?b?abc?=', '=?koi8-r?b?abc?='],
  ['control characters', '=?utf-8?q?a=0A=1B[2Jb?=', 'a\\u{a}\\u{1b}[2Jb'],
  ['direction marks', '=?utf-8?b?4oCu?=', '\\u{202e}'],
])('reads %s', (_title, header, name) => {
  expect(parseOriginalFilename(header)).toBe(name);
});

test('names come back as they were, and headers hold printable ASCII alone', () => {
  const names = fc
    .string({ unit: 'grapheme', maxLength: 100 })
    .filter((name) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name));
  fc.assert(
    fc.property(names, (name) => {
      const header = formatOriginalFilename(name);
      expect(header).toMatch(/^[\x20-\x7e]*$/);
      expect(parseOriginalFilename(header)).toBe(name);
    }),
    { numRuns: tierCount({ push: 1000, nightly: 20_000 }) },
  );
});

test('any header gives a short name without control characters', () => {
  const headers = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('=?', 'utf-8', '?b?', '?q?', '=0A', '=', '?=', ' ', 'w6Q=', '\u00ff', '\ud800'))
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(headers, (header) => {
      expect(parseOriginalFilename(header)).toMatch(/^\P{Cc}*$/u);
      expect(formatOriginalFilename(header)).toMatch(/^[\x20-\x7e]*$/);
    }),
    { numRuns: tierCount({ push: 500, nightly: 50_000 }) },
  );
  expect(parseOriginalFilename('x'.repeat(1_000_000)).length).toBe(1024);
});
