import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSafeComponent, isSafeRelativePath, isTombstoneName, nameKindOf, tryParseSegmentName } from '../src/index.ts';
import { anyText, segmentName } from './support/names.ts';

const runs = { numRuns: tierCount({ push: 1000, nightly: 100_000 }) };

const HOSTILE: [string, string][] = [
  ['an empty name', ''],
  ['the directory itself', '.'],
  ['the parent directory', '..'],
  ['a hidden name', '.bashrc'],
  ['a path', 'a/b'],
  ['a way out', '../../../etc/passwd'],
  ['an absolute path', '/etc/passwd'],
  ['a way out at the end', 'a/..'],
  ['a backslash', 'a\\b'],
  ['a way out for Windows', '..\\..\\boot.ini'],
  ['a network path', '\\\\host\\share'],
  ['a drive', 'C:'],
  ['a path on a drive', 'c:boot.ini'],
  ['a NUL', 'a\0b'],
  ['a NUL at the end', 'a.ts\0'],
  ['a line end', 'a\nb'],
  ['a carriage return', 'a\rb'],
  ['an escape sequence', '\u001b[31ma'],
  ['a DEL', 'a\u007f'],
  ['a C1 control', 'a\u0085b'],
  ['a line separator', 'a\u2028b'],
  ['an override of the writing direction', 'a\u202etxt.exe'],
  ['an isolate', 'a\u2066b'],
  ['256 bytes', 'a'.repeat(256)],
  ['256 bytes in 128 characters', 'é'.repeat(128)],
  ['wide periods, which normalise to `..`', '\uff0e\uff0e'],
  ['an ellipsis at the start', '\u2026a'],
  ['a wide slash', 'a\uff0fb'],
  ['a sign that normalises to `a/c`', 'x\u2100'],
  ['a wide backslash', 'a\uff3cb'],
  ['a wide drive', '\uff23:x'],
  ['a lone surrogate', 'a\ud800'],
  ['a lone surrogate at the end of a pair', '\udc00a'],
];

describe('isSafeComponent', () => {
  it.each(HOSTILE)('refuses %s', (_, name) => {
    expect(isSafeComponent(name)).toBe(false);
  });

  it.each([
    segmentName(0, 2),
    '2024-03-01T10',
    'source',
    '1080p60',
    'a..b',
    'a.',
    '~',
    '-rf',
    'emote 1.png',
    'schön',
    'scho\u0308n',
    '日本語',
    '👩‍💻.png',
    'a'.repeat(255),
    '%2e%2e%2f',
    'CON',
  ])('takes %s', (name) => {
    expect(isSafeComponent(name)).toBe(true);
  });

  const nasty = fc.string({
    unit: fc.constantFrom(...Array.from('ab.:/\\ \0\n\u001b\u007f\u0085\u202e\uff0e\uff0f\u2100\ud800Cé')),
    maxLength: 12,
  });

  it('never takes a name that leaves its directory, on any system, normalised or not', () => {
    fc.assert(
      fc.property(fc.oneof(nasty, anyText(20)), (name) => {
        if (!isSafeComponent(name)) return;
        for (const form of [name, name.normalize('NFC'), name.normalize('NFKC'), name.normalize('NFKD')]) {
          expect(path.posix.dirname(path.posix.join('/base', form))).toBe('/base');
          expect(path.win32.dirname(path.win32.resolve('Z:\\base', form))).toBe('Z:\\base');
        }
        expect(Buffer.from(name, 'utf8').toString('utf8')).toBe(name);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      }),
      runs,
    );
  });
});

describe('isSafeRelativePath', () => {
  it.each(['a', 'a/b/c.png', 'twitch/emote 1/3.0'])('takes %s', (relative) => {
    expect(isSafeRelativePath(relative)).toBe(true);
  });

  it.each(['', '/', '/a', 'a/', 'a//b', './a', 'a/./b', 'a/../b', 'a/.hidden', 'a\\..\\b', 'C:/a', 'a/C:/b', 'a\0/b'])(
    'refuses %j',
    (relative) => {
      expect(isSafeRelativePath(relative)).toBe(false);
    },
  );

  it('takes 1,024 bytes and not one more', () => {
    const parts = 'abcdefg/'.repeat(127);
    expect(isSafeRelativePath(`${parts}abcdefgh`)).toBe(true);
    expect(isSafeRelativePath(`${parts}abcdefghi`)).toBe(false);
    expect(isSafeRelativePath(`${parts}abcdefgé`)).toBe(false);
  });

  it('never takes a path that leaves the base directory', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...Array.from('a./\\:C\0é\uff0e\uff0f')), maxLength: 14 });
    fc.assert(
      fc.property(nasty, (relative) => {
        if (!isSafeRelativePath(relative)) return;
        expect(path.posix.join('/base', relative)).toBe(`/base/${relative}`);
        expect(path.posix.join('/base', relative.normalize('NFKC')).startsWith('/base/')).toBe(true);
      }),
      runs,
    );
  });
});

describe('the grammars', () => {
  it.each(HOSTILE)('refuse %s, whatever extension is put to it', (_, name) => {
    for (const extension of ['', '.ts', '.json', '.tombstone']) {
      expect(nameKindOf(name + extension)).toBeUndefined();
      expect(nameKindOf(segmentName(0, 2).replace('00', name) + extension)).toBeUndefined();
      expect(tryParseSegmentName(name + extension)).toBeUndefined();
    }
  });

  it('refuse as a tombstone what only ends like one', () => {
    expect(isTombstoneName('../../x.tombstone')).toBe(true);
    expect(nameKindOf('../../x.tombstone')).toBeUndefined();
  });
});
