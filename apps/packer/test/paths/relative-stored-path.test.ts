import { expect, it } from 'vitest';
import { relativeStoredPath } from '../../src/paths/relative-stored-path.ts';

const relative = (from: string, to: string, platform: NodeJS.Platform = 'linux'): string =>
  relativeStoredPath(Buffer.from(from, 'latin1'), Buffer.from(to, 'latin1'), platform).toString('latin1');

it.each([
  ['/p/shot.blend', '/p/tex/a.png', '//tex/a.png'],
  ['/p/shots/shot.blend', '/p/tex/a.png', '//../tex/a.png'],
  ['/p/shot.blend', '/q/gr\xfcn.png', '//../q/gr\xfcn.png'],
  ['/p/shot.blend', '/p', '//'],
  ['/pp/shot.blend', '/p/a.png', '//../p/a.png'],
])('from %s to %s it is %s', (from, to, stored) => {
  expect(relative(from, to)).toBe(stored);
});

it('is absolute between drives and shares', () => {
  expect(relative(String.raw`C:\p\shot.blend`, String.raw`D:\a.png`, 'win32')).toBe('D:/a.png');
  expect(relative(String.raw`C:\p\shot.blend`, String.raw`\\s\h\a.png`, 'win32')).toBe(String.raw`\\s/h/a.png`);
  expect(relative(String.raw`C:\p\shot.blend`, String.raw`c:\a.png`, 'win32')).toBe('//../a.png');
});
