import { expect, test } from 'vitest';
import {
  errorV3,
  formatRequirementsResponseV3,
  MessageInvalidError,
  parseBatchResponse,
  parseCapabilities,
  parseCreateResponseV3,
  parseFileStatusV3,
  parseOwnRequirements,
  parseRequirementsResponseV3,
} from '../src/index.ts';
import { shaOf } from './support/files.ts';

const sha = shaOf('x');

test('answers of v3 are read', () => {
  expect(parseRequirementsResponseV3({ files: [{ sha, size: 1, path: 'a', status: 'unknown' }] })).toEqual([
    { sha, sizeBytes: 1, path: 'a', status: 'unknown' },
  ]);
  expect(formatRequirementsResponseV3([])).toBe('{"files":[]}');
  expect(parseCreateResponseV3({ checkoutPath: 'job-x1y2' })).toBe('job-x1y2');
  expect(parseFileStatusV3({ status: 'stored' })).toBe('stored');
  expect(errorV3.parse({ code: 424, message: 'missing' })).toEqual({ code: 424, message: 'missing' });
});

test('what is no answer of v3 is refused with what is wrong', () => {
  for (const body of [
    null,
    {},
    { files: null },
    { files: [{ sha, size: 1, path: 'a', status: 'stored' }] },
    { files: [{ sha: 'x', size: 1, path: 'a', status: 'unknown' }] },
  ])
    expect(() => parseRequirementsResponseV3(body)).toThrow(MessageInvalidError);
  expect(() => parseCreateResponseV3({ checkoutPath: '' })).toThrow(/checkoutPath/);
  expect(() => parseFileStatusV3({ status: 'gone' })).toThrow(/status/);
});

test('a capability document says what there is; what is left out is not there', () => {
  const batch = { maxFiles: 1000, maxBytes: 1_000_000, maxFileBytes: 65_536 };
  expect(parseCapabilities({ protocol: 'waybill', version: 1 })).toEqual({
    protocol: 'waybill',
    version: 1,
    contentEncodings: [],
    resumable: false,
  });
  expect(
    parseCapabilities({
      protocol: 'waybill',
      version: 1,
      batch,
      resumable: true,
      contentEncodings: ['gzip'],
      later: 'x',
    }),
  ).toEqual({
    ...{ protocol: 'waybill', version: 1, batch, resumable: true, contentEncodings: ['gzip'] },
  });
  expect(() => parseCapabilities({ protocol: 'waybill', version: 2 })).toThrow(MessageInvalidError);
  expect(() => parseCapabilities('<html>')).toThrow(MessageInvalidError);
});

test('answers of our own protocol are read', () => {
  expect(parseOwnRequirements({ files: [{ sha, size: 1, path: 'a', status: 'uploading' }], pinnedForMs: 5 })).toEqual({
    ...{ files: [{ sha, sizeBytes: 1, path: 'a', status: 'uploading' }], pinnedForMs: 5 },
  });
  const results = [{ status: 'stored' }, { status: 'exists' }, { status: 'error', code: 'ERR_BLOB_DIGEST_MISMATCH' }];
  expect(parseBatchResponse({ results })).toEqual(results);
  expect(() => parseBatchResponse({ results: [{ status: 'error' }] })).toThrow(MessageInvalidError);
});
