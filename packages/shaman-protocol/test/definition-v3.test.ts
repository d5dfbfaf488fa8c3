import { describe, expect, test } from 'vitest';
import {
  CheckoutNameInvalidError,
  DefinitionInvalidError,
  DefinitionTooLargeError,
  formatCreateRequestV3,
  formatRequirementsRequestV3,
  MessageInvalidError,
  parseCreateRequestV3,
  parseRequirementsRequestV3,
} from '../src/index.ts';
import { ACCEPTED_FILE_PATHS, HOSTILE_FILE_PATHS, HOSTILE_SHAS } from '../src/suite/index.ts';
import { file, shaOf } from './support/files.ts';

const wire = (path: string) => ({ sha: shaOf('x'), size: 1, path });
const files = [file('a.blend'), file('textures/größe 01.png')];

test('requests are read as they are written', () => {
  expect(parseRequirementsRequestV3(JSON.parse(formatRequirementsRequestV3(files)))).toEqual(files);
  const request = { files, checkoutPath: 'My Job' };
  expect(parseCreateRequestV3(JSON.parse(formatCreateRequestV3(request)))).toEqual(request);
  expect(formatRequirementsRequestV3([])).toBe('{"files":[]}');
});

test('fields that are not known are passed over', () => {
  expect(parseRequirementsRequestV3({ files: [{ ...wire('a'), mtime: 1 }], more: true })).toEqual([
    { sha: shaOf('x'), sizeBytes: 1, path: 'a' },
  ]);
});

test('names that only look dangerous are accepted', () => {
  for (const path of ACCEPTED_FILE_PATHS)
    expect(parseRequirementsRequestV3({ files: [wire(path)] })[0]?.path).toBe(path);
});

describe('refused', () => {
  test.each([[null], [undefined], [[]], ['{}'], [1], [{}], [{ files: null }], [{ files: {} }], [{ files: 'a' }]])(
    'the body %j',
    (body) => {
      expect(() => parseRequirementsRequestV3(body)).toThrow(MessageInvalidError);
    },
  );

  test.each([
    [null],
    ['a'],
    [{}],
    [{ ...wire('a'), sha: 1 }],
    [{ ...wire('a'), size: '1' }],
    [{ ...wire('a'), size: -1 }],
    [{ ...wire('a'), size: 1.5 }],
    [{ ...wire('a'), size: 2 ** 53 }],
    [{ ...wire('a'), size: NaN }],
    [{ ...wire('a'), path: null }],
    [{ ...wire('a'), path: ['a'] }],
  ])('the file %j, with its place', (bad) => {
    const body = { files: [wire('ok'), bad] };
    expect(() => parseRequirementsRequestV3(body)).toThrow(
      expect.objectContaining({ line: 2, code: 'ERR_DEFINITION_INVALID' }) as Error,
    );
  });

  test('every hostile path and checksum', () => {
    for (const path of HOSTILE_FILE_PATHS)
      expect(() => parseRequirementsRequestV3({ files: [wire(path)] })).toThrow(DefinitionInvalidError);
    for (const sha of HOSTILE_SHAS)
      expect(() => parseRequirementsRequestV3({ files: [{ ...wire('a'), sha }] })).toThrow(DefinitionInvalidError);
  });

  test('a checkout path that is none', () => {
    expect(() => parseCreateRequestV3({ files: [], checkoutPath: '../x' })).toThrow(CheckoutNameInvalidError);
    expect(() => parseCreateRequestV3({ files: [] })).toThrow(MessageInvalidError);
    expect(() => parseCreateRequestV3({ files: [], checkoutPath: 5 })).toThrow(MessageInvalidError);
  });

  test('more files than the limit', () => {
    expect(() => parseRequirementsRequestV3({ files: [wire('a'), wire('b')] }, { maxFiles: 1 })).toThrow(
      DefinitionTooLargeError,
    );
  });
});
