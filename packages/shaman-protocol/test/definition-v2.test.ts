import { describe, expect, test } from 'vitest';
import {
  DefinitionInvalidError,
  DefinitionTooLargeError,
  FilePathInvalidError,
  formatDefinitionV2,
  parseDefinitionV2,
} from '../src/index.ts';
import { ACCEPTED_FILE_PATHS, HOSTILE_FILE_PATHS, HOSTILE_SHAS, HOSTILE_SIZES } from '../src/suite/index.ts';
import { file, shaOf } from './support/files.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha = shaOf('x');

function errorOf(text: string | Uint8Array): unknown {
  try {
    parseDefinitionV2(typeof text === 'string' ? bytes(text) : text);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('what clients send', () => {
  test('lines of checksum, size and path are read', () => {
    const files = [file('a.blend'), file('textures/größe 01.png'), file('日本語/テクスチャ.png')];
    const text = files.map(({ sha: hex, sizeBytes, path }) => `${hex} ${sizeBytes} ${path}\n`).join('');
    expect(parseDefinitionV2(bytes(text))).toEqual(files);
    expect(formatDefinitionV2(files)).toBe(text);
  });

  test('the last line feed may be missing, and lines may end as on Windows', () => {
    expect(parseDefinitionV2(bytes(`${sha} 1 a`))).toEqual([{ sha, sizeBytes: 1, path: 'a' }]);
    expect(parseDefinitionV2(bytes(`${sha} 1 a b.png\r\n${sha} 2 c\r\n`)).map(({ path }) => path)).toEqual([
      'a b.png',
      'c',
    ]);
  });

  test('nothing is an empty definition', () => {
    expect(parseDefinitionV2(bytes(''))).toEqual([]);
  });

  test('blanks at the ends of a path are lost, those within are kept', () => {
    expect(parseDefinitionV2(bytes(`${sha} 1  a  b.png \t\n`))).toEqual([{ sha, sizeBytes: 1, path: 'a  b.png' }]);
  });

  test('one path may stand there twice', () => {
    expect(parseDefinitionV2(bytes(`${sha} 1 a\n${sha} 1 a\n`))).toHaveLength(2);
  });

  test('names that only look dangerous are accepted', () => {
    // A blank in front of the path is lost (spec section 1.1).
    for (const path of ACCEPTED_FILE_PATHS.filter((text) => !text.startsWith(' ')))
      expect(parseDefinitionV2(bytes(`${sha} 1 ${path}\n`))).toEqual([{ sha, sizeBytes: 1, path }]);
  });
});

describe('what is refused', () => {
  test.each([
    ['an empty line', `${sha} 1 a\n\n`, 2],
    ['a line of blanks', '   \n', 1],
    ['two parts', `${sha} 1\n`, 1],
    ['two parts and a blank', `${sha} 1 \n`, 1],
    ['no path between blanks', `${sha} 1   \n`, 1],
    ['two blanks behind the checksum', `${sha}  1 a\n`, 1],
    ['a byte order mark', `\ufeff${sha} 1 a\n`, 1],
    ['a bad line behind good ones', `${sha} 1 a\n${sha} 1 b\nxyz 1 c\n`, 3],
  ])('%s, with its line', (_title, text, line) => {
    expect(errorOf(text)).toMatchObject({
      line,
      code: 'ERR_DEFINITION_INVALID',
      message: expect.stringMatching(new RegExp(`^ERROR invalid line ${line}: `)) as string,
    });
  });

  test.each(HOSTILE_SHAS.map((text) => [JSON.stringify(text.slice(0, 80)), text]))(
    'the checksum %s',
    (_title, hostile) => {
      expect(errorOf(`${hostile} 1 a\n`)).toBeInstanceOf(DefinitionInvalidError);
    },
  );

  test.each(HOSTILE_SIZES.map((text) => [JSON.stringify(text.slice(0, 80)), text]))(
    'the size %s',
    (_title, hostile) => {
      expect(errorOf(`${sha} ${hostile} a\n`)).toBeInstanceOf(DefinitionInvalidError);
    },
  );

  test('every hostile path', () => {
    const passed = HOSTILE_FILE_PATHS.filter(
      (path) => path.isWellFormed() && !(errorOf(`${sha} 1 ${path}\n`) instanceof DefinitionInvalidError),
    );
    expect(passed).toEqual([]);
  });

  test('a path gives its own error as the cause', () => {
    expect(errorOf(`${sha} 1 ../x\n`)).toMatchObject({ cause: expect.any(FilePathInvalidError) as unknown });
  });

  test('bytes that are not UTF-8, with their line', () => {
    const text = Buffer.concat([bytes(`${sha} 1 a\n${sha} 1 `), Buffer.from([0xff, 0xfe]), bytes('\n')]);
    expect(errorOf(text)).toMatchObject({ line: 2, reason: 'it is not UTF-8' });
    expect(errorOf(Buffer.from([0xc3]))).toMatchObject({ line: 1 });
  });

  test('more files or bytes than the limits allow', () => {
    const text = bytes(`${sha} 1 a\n${sha} 1 b\n`);
    expect(() => parseDefinitionV2(text, { maxFiles: 1 })).toThrow(DefinitionTooLargeError);
    expect(() => parseDefinitionV2(text, { maxBytes: text.length - 1 })).toThrow(DefinitionTooLargeError);
    expect(parseDefinitionV2(text, { maxFiles: 2, maxBytes: text.length })).toHaveLength(2);
  });
});
