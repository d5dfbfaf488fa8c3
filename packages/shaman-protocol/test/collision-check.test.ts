import { describe, expect, test } from 'vitest';
import { foldPath, parseRequirementsRequestV3, PathCollisionError } from '../src/index.ts';
import { COLLIDING_PATHS } from '../src/suite/index.ts';
import { shaOf } from './support/files.ts';

const parse = (paths: readonly string[], refuseCollisions?: boolean) =>
  parseRequirementsRequestV3(
    { files: paths.map((path) => ({ sha: shaOf(path), size: 1, path })) },
    { refuseCollisions },
  );

describe('two paths of one definition', () => {
  test.each(COLLIDING_PATHS)('collide: %s and %s', (one, other) => {
    for (const pair of [
      [one, other],
      [other, one],
    ])
      expect(() => parse(pair)).toThrow(
        expect.objectContaining({ line: 2, cause: expect.any(PathCollisionError) as unknown }) as Error,
      );
  });

  test.each([
    ['a', 'b'],
    ['a/b', 'a/c'],
    ['a/b/c', 'a/b/d/e'],
    ['a', 'a'],
    ['a/b', 'a/b'],
    ['ab', 'a/b'],
    ['a-b', 'a/b'],
    ['\u00e9', 'e'],
    ['\u0131', 'l'],
  ])('do not: %s and %s', (one, other) => {
    expect(parse([one, other])).toHaveLength(2);
    expect(parse([other, one])).toHaveLength(2);
  });

  test('the error names both', () => {
    expect(() => parse(['x/y', 'a/B', 'A/c'])).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ path: 'A', other: 'a' }) as unknown }) as Error,
    );
    expect(() => parse(['Wood.png', 'wood.png'])).toThrow(/Wood\.png/);
  });

  test('are let pass where nobody minds', () => {
    expect(parse(['a', 'A'], false)).toHaveLength(2);
  });
});

test('a folded path is folded', () => {
  for (const [one, other] of COLLIDING_PATHS)
    for (const path of [one, other]) expect(foldPath(foldPath(path))).toBe(foldPath(path));
});
