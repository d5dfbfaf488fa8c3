import { describe, expect, it } from 'vitest';
import { naturalPlace } from '../../src/plan/natural-place.ts';

function place(path: string, project: string, platform: NodeJS.Platform): string {
  return naturalPlace(Buffer.from(path), Buffer.from(project), platform).place;
}

describe('naturalPlace', () => {
  it.each([
    ['/p/a/b.png', '/p', 'a/b.png'],
    ['/p/a/b.png', '/p/', 'a/b.png'],
    ['/p/b.png', '/', 'p/b.png'],
    ['/pp/b.png', '/p', '_outside_project/pp/b.png'],
    ['/home/me/b.png', '/p', '_outside_project/home/me/b.png'],
    ['/p/a\\b.png', '/p', 'a%5Cb.png'],
  ])('%s of the project %s lies at %s', (path, project, expected) => {
    expect(place(path, project, 'linux')).toBe(expected);
  });

  it.each([
    [String.raw`C:\p\a\b.png`, String.raw`C:\p`, 'a/b.png'],
    [String.raw`D:\x\b.png`, String.raw`C:\p`, '_outside_project/D/x/b.png'],
    [String.raw`d:\x\b.png`, String.raw`C:\p`, '_outside_project/D/x/b.png'],
    [String.raw`\\nas\share\x\b.png`, String.raw`C:\p`, '_outside_project/UNC/nas/share/x/b.png'],
    [String.raw`\\nas\share\p\b.png`, String.raw`\\nas\share\p`, 'b.png'],
  ])('on Windows, %s of the project %s lies at %s', (path, project, expected) => {
    expect(place(path, project, 'win32')).toBe(expected);
  });
});
