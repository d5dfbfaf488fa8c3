import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../src/plan/glob.ts';

describe('compileGlob', () => {
  it.each([
    ['*.abc', '/p/x/a.abc', true],
    ['*.abc', '/p/x.abc/a.png', false],
    ['cache/*.abc', '/p/cache/a.abc', true],
    ['cache/*.abc', '/p/mycache/a.abc', false],
    ['/p/**/a.png', '/p/q/r/a.png', true],
    ['/p/**/a.png', '/p/a.png', true],
    ['/q/*.png', '/p/q/a.png', false],
    ['a?.png', '/p/a1.png', true],
    ['a[0-2].png', '/p/a3.png', false],
    ['a[!0-2].png', '/p/a3.png', true],
    ['a[.png', '/p/a[.png', true],
    ['**', '/p/a.png', true],
    ['a.png', '/p/axpng', false],
    ['(a|b)+.png', '/p/(a|b)+.png', true],
  ])('%s and %s: %j', (pattern, path, expected) => {
    expect(compileGlob(pattern, 'linux')(path)).toBe(expected);
  });

  it('ignores case where file names do', () => {
    expect(compileGlob('*.ABC', 'win32')('/p/a.abc')).toBe(true);
    expect(compileGlob('*.ABC', 'linux')('/p/a.abc')).toBe(false);
  });
});
