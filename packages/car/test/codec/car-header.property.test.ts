import * as dagCbor from '@ipld/dag-cbor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCarHeader, encodeCarHeader, encodeVarint } from '../../src/index.ts';
import { cidOf } from '../support/blocks.ts';
import { referenceCar } from '../support/cars.ts';

const roots = fc.array(
  fc.uint8Array({ minLength: 1, maxLength: 4 }).map((seed) => cidOf(seed)),
  { minLength: 1, maxLength: 40 },
);
const framed = (value: unknown): Uint8Array => {
  const body = dagCbor.encode(value);
  return Buffer.concat([encodeVarint(body.length), body]);
};

describe('the header of a CARv1', () => {
  it('is written as @ipld/car writes it, and read back', async () => {
    await fc.assert(
      fc.asyncProperty(roots, async (cids) => {
        const bytes = encodeCarHeader(cids.map((cid) => cid.bytes));
        expect(Buffer.compare(bytes, await referenceCar(cids, []))).toBe(0);
        const header = decodeCarHeader(bytes, 0, bytes.length);
        expect(header).toMatchObject({ version: 1, sizeBytes: bytes.length });
        expect(header.roots.map((root) => Buffer.from(root))).toEqual(cids.map((cid) => Buffer.from(cid.bytes)));
      }),
    );
  });

  it('may have no roots, and its keys in any order', () => {
    const [none, reversed] = [framed({ roots: [], version: 1 }), encodeCarHeader([])];
    expect(decodeCarHeader(none, 0, none.length).roots).toEqual([]);
    expect(Buffer.compare(none, reversed)).toBe(0);
    const body = Buffer.concat([
      Buffer.of(0xa2, 0x67),
      Buffer.from('version'),
      Buffer.of(1, 0x65),
      Buffer.from('roots'),
      Buffer.of(0x80),
    ]);
    const bytes = Buffer.concat([encodeVarint(body.length), body]);
    expect(decodeCarHeader(bytes, 0, bytes.length)).toMatchObject({ version: 1, roots: [] });
  });

  it('may have null for its roots, as go-car leaves them', () => {
    const bytes = framed({ roots: null, version: 1 });
    expect(decodeCarHeader(bytes, 0, bytes.length)).toMatchObject({ version: 1, roots: [] });
  });

  it.each([
    ['no version', { roots: [] }, 'ERR_CAR_HEADER_INVALID'],
    ['no roots', { version: 1 }, 'ERR_CAR_HEADER_INVALID'],
    ['a third key', { version: 1, roots: [], more: 1 }, 'ERR_CBOR_INVALID'],
    ['another key', { version: 1, other: [] }, 'ERR_CAR_HEADER_INVALID'],
    ['version 3', { version: 3, roots: [] }, 'ERR_CAR_VERSION_UNKNOWN'],
    ['roots that are no links', { version: 1, roots: [1] }, 'ERR_CBOR_INVALID'],
    ['no map', [1], 'ERR_CBOR_INVALID'],
  ])('is refused with %s', (_what, value, code) => {
    const bytes = framed(value);
    expect(() => decodeCarHeader(bytes, 0, bytes.length)).toThrow(expect.objectContaining({ code }));
  });

  it('is refused when it is longer than the limit, before it is read', () => {
    const bytes = encodeVarint(40_000_000);
    const failure = { code: 'ERR_CAR_SECTION_TOO_LARGE', sizeBytes: 40_000_000, limitBytes: 32 * 1024 * 1024 };
    expect(() => decodeCarHeader(bytes, 0, bytes.length)).toThrow(expect.objectContaining(failure));
  });

  it('is refused when its length is not its own', () => {
    const body = dagCbor.encode({ roots: [], version: 1 });
    const bytes = Buffer.concat([encodeVarint(body.length + 1), body, Buffer.of(0)]);
    const failure = { code: 'ERR_CAR_HEADER_INVALID', offset: bytes.length - 1 };
    expect(() => decodeCarHeader(bytes, 0, bytes.length)).toThrow(expect.objectContaining(failure));
    expect(() => decodeCarHeader(Buffer.of(0), 0, 1)).toThrow(
      expect.objectContaining({ code: 'ERR_CAR_HEADER_INVALID' }),
    );
  });
});
