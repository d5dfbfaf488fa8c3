import { join, relative, sep } from 'node:path';
import { blobKey, formatBlobKey } from '@waybill/blob-store';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  blobPath,
  formatFreePartialName,
  formatUploadName,
  parseBlobPath,
  parseUploadName,
} from '../src/blob-layout.ts';
import { formatHex } from '@waybill/digest';
import { tempMark } from '@waybill/common';

const keys = fc
  .tuple(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.maxSafeNat())
  .map(([bytes, sizeBytes]) => ({ digest: { algorithm: 'sha256' as const, bytes }, sizeBytes }));

/** Names near to those of blobs, so that many of them are hit. */
const hexish = (length: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length }),
    fc.string(),
  );
const names = fc.oneof(
  fc.maxSafeNat().map((size) => `${size}.blob`),
  fc
    .tuple(fc.constantFrom('', '0', '-', '+', ' '), fc.nat(), fc.constantFrom('.blob', '.tmp', '.BLOB', '', '.blob '))
    .map((parts) => parts.join('')),
  fc.string(),
);

test('a path is the key, and the key is the path', () => {
  fc.assert(
    fc.property(keys, (key) => {
      const path = relative('/the/root', blobPath('/the/root', key));
      const [stored, prefix = '', rest = '', name = '', ...more] = path.split(sep);
      expect([stored, more]).toEqual(['stored', []]);
      const parsed = parseBlobPath(prefix, rest, name);
      expect(parsed && formatBlobKey(parsed)).toBe(formatBlobKey(key));
    }),
  );
});

test('no two paths are one key', () => {
  fc.assert(
    fc.property(hexish(2), hexish(62), names, (prefix, rest, name) => {
      const key = parseBlobPath(prefix, rest, name);
      if (key !== undefined) expect(blobPath('/the/root', key)).toBe(join('/the/root', 'stored', prefix, rest, name));
    }),
  );
});

test('reads every path of the originals, and nothing else', () => {
  const rest = '0a'.repeat(31);
  const key = parseBlobPath('ff', rest, '16384.blob');
  expect(key && formatHex(key.digest)).toBe(`ff${rest}`);
  expect(key?.sizeBytes).toBe(16384);
  expect(parseBlobPath('ff', rest, '0.blob')).toEqual(blobKey(`ff${rest}`, 0));
  const others = ['16384', '016384.blob', '16384.blob.bak', '-1.blob', '1e3.blob', '9007199254740993.blob', '.blob'];
  for (const name of others) expect(parseBlobPath('ff', rest, name), name).toBeUndefined();
  expect(parseBlobPath('FF', rest, '1.blob')).toBeUndefined();
  expect(parseBlobPath('ff', rest.slice(2), '1.blob')).toBeUndefined();
  expect(parseBlobPath('f', `f${rest}`, '1.blob')).toBeUndefined();
});

test('knows its own uploads, those of the originals, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.maxSafeNat(),
      fc.constantFrom('tmp', 'partial', 'trash'),
      (size, sequence, kind) => {
        const name = formatUploadName(size, tempMark(), sequence, kind);
        expect(parseUploadName(name)).toEqual({ sizeBytes: size, kind, mark: tempMark() });
        // What the originals look for when they tell whether a file is being uploaded.
        if (kind === 'tmp') expect(name).toMatch(/^\d+-[0-9a-z]+\.tmp$/);
        else expect(name.endsWith('.tmp')).toBe(false);
      },
    ),
  );
  expect(parseUploadName('16384-271828.tmp')).toEqual({ sizeBytes: 16384, kind: 'tmp', mark: undefined });
  expect(parseUploadName(formatFreePartialName(7))).toEqual({ sizeBytes: 7, kind: 'partial', mark: undefined });
  for (const name of ['16384.tmp', 'x-1.tmp', '16384-1.blob', '1-2.tmp.bak', 'notes.partial', '']) {
    expect(parseUploadName(name), name).toBeUndefined();
  }
});
