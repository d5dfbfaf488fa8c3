import { describe, expect, it } from 'vitest';
import { resolveStoredPath } from '../../src/paths/resolve-stored-path.ts';

const resolved = (stored: string, holder: string, platform: NodeJS.Platform): [string, boolean, boolean] => {
  const found = resolveStoredPath(Buffer.from(stored, 'latin1'), Buffer.from(holder, 'latin1'), platform);
  return [found.absolute.toString('latin1'), found.wasAbsolute, found.isBare];
};

describe('on Linux', () => {
  it.each([
    ['//a.png', '/p/a.png', false, false],
    ['//tex/../a.png', '/p/a.png', false, false],
    [String.raw`//..\tex\a.png`, '/tex/a.png', false, false],
    ['//', '/p', false, false],
    ['//../../../a.png', '/a.png', false, false],
    ['/home/./me//a.png', '/home/me/a.png', true, false],
    ['tex/a.png', '/p/tex/a.png', false, true],
    [String.raw`C:\tex\..\a.png`, 'C:/a.png', true, false],
    ['d:/a.png', 'd:/a.png', true, false],
    [String.raw`\\server\share\x\a.png`, '//server/share/x/a.png', true, false],
    [String.raw`\tex\a.png`, '/tex/a.png', true, false],
    ['//gr\xfcn [1]*.png', '/p/gr\xfcn [1]*.png', false, false],
  ])('%s leads to %s', (stored, ...expected) => {
    expect(resolved(stored, '/p/shot.blend', 'linux')).toEqual(expected);
  });
});

describe('on Windows', () => {
  it.each([
    ['//tex/a.png', String.raw`D:\p\tex\a.png`, false, false],
    [String.raw`//..\a.png`, String.raw`D:\a.png`, false, false],
    ['/tex/a.png', String.raw`D:\tex\a.png`, true, false],
    ['C:/a.png', String.raw`C:\a.png`, true, false],
    [String.raw`\\server\share\a.png`, String.raw`\\server\share\a.png`, true, false],
  ])('%s leads to %s', (stored, ...expected) => {
    expect(resolved(stored, String.raw`D:\p\shot.blend`, 'win32')).toEqual(expected);
  });

  it('resolves from a share', () => {
    const holder = String.raw`\\server\share\p\shot.blend`;
    expect(resolved('//../../../a.png', holder, 'win32')[0]).toBe(String.raw`\\server\share\a.png`);
  });
});
