import { describe, expect, test } from 'vitest';
import {
  FilePathInvalidError,
  findPathProblem,
  MAX_DEPTH,
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  parseFilePath,
} from '../src/index.ts';
import { ACCEPTED_FILE_PATHS, HOSTILE_FILE_PATHS } from '../src/suite/index.ts';

const escaped = (path: string): string =>
  JSON.stringify(path.length > 60 ? `${path.slice(0, 60)}… (${path.length})` : path);

describe('paths of files', () => {
  test.each(HOSTILE_FILE_PATHS.map((path) => [escaped(path), path]))('refuse %s', (_title, path) => {
    expect(() => parseFilePath(path)).toThrow(FilePathInvalidError);
  });

  test.each(ACCEPTED_FILE_PATHS.map((path) => [escaped(path), path]))('accept %s', (_title, path) => {
    expect(parseFilePath(path)).toBe(path);
  });

  test('may be as long as the limits say, and no byte longer', () => {
    const name = 'n'.repeat(MAX_NAME_BYTES);
    const longest = `${name}/`.repeat(MAX_PATH_BYTES / (MAX_NAME_BYTES + 1)).slice(0, -1);
    expect(findPathProblem(longest.slice(0, -1))).toBeUndefined();
    expect(findPathProblem(longest)).toBeUndefined();
    expect(findPathProblem(`${longest.slice(0, -100)}/${'\u00e9'.repeat(60)}`)).toContain('bytes');
    expect(findPathProblem(Array.from({ length: MAX_DEPTH }, () => '\u00e9').join('/'))).toBeUndefined();
    expect(findPathProblem(Array.from({ length: MAX_DEPTH + 1 }, () => 'd').join('/'))).toContain('components');
  });

  test('the error holds the path, the reason, and a message that is safe to log', () => {
    const path = `a\n${'x'.repeat(5000)}`;
    const error = new FilePathInvalidError(path, findPathProblem(path) ?? '');
    expect(error).toMatchObject({
      path,
      reason: expect.stringContaining('more than') as string,
      code: 'ERR_FILE_PATH_INVALID',
      retryable: false,
    });
    expect(error.message).not.toContain('\n');
    expect(error.message.length).toBeLessThan(500);
  });
});
