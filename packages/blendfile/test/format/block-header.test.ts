import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BlendFileTruncatedError,
  decodeBlockHeader,
  encodeBlockHeader,
  FileBlockInvalidError,
  formatBlockCode,
  isDatablockCode,
  parseBlockCode,
} from '../../src/index.ts';
import { variants } from '../support/variants.ts';

describe('block codes', () => {
  it('are the same as text and as number', () => {
    for (const code of ['OB', 'DATA', 'DNA1', 'ENDB', 'ID']) expect(formatBlockCode(parseBlockCode(code))).toBe(code);
  });

  it('tell datablocks from the rest', () => {
    expect(['OB', 'LI', 'ID'].every((code) => isDatablockCode(parseBlockCode(code)))).toBe(true);
    expect(['DATA', 'GLOB', 'USER'].some((code) => isDatablockCode(parseBlockCode(code)))).toBe(false);
  });
});

describe.each(variants)('a block header, $name', ({ header }) => {
  const most = header.formatVersion === 1 ? Number.MAX_SAFE_INTEGER : 2 ** 31 - 1;
  const block = {
    code: fc.constantFrom('OB', 'DATA', 'DNA1').map(parseBlockCode),
    lengthBytes: fc.integer({ min: 0, max: most }),
    oldAddress: fc.bigInt({ min: 0n, max: 2n ** BigInt(8 * header.pointerBytes) - 1n }),
    sdnaIndex: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    count: fc.integer({ min: 0, max: most }),
  };

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.record(block), (written) => {
        expect(decodeBlockHeader(encodeBlockHeader(written, header), header)).toEqual(written);
      }),
    );
  });

  it('is refused where it is cut, with the offset', () => {
    const whole = encodeBlockHeader({ code: 1, lengthBytes: 4, oldAddress: 1n, sdnaIndex: 0, count: 1 }, header);
    for (let length = 0; length < whole.length; length += 1) {
      const decode = (): unknown => decodeBlockHeader(whole.subarray(0, length), header, 'a.blend', 77);
      expect(decode).toThrow(BlendFileTruncatedError);
      expect(decode).toThrow(expect.objectContaining({ file: 'a.blend', offset: 77, availableBytes: length }));
    }
  });

  it('is refused with a negative length', () => {
    const written = encodeBlockHeader({ code: 1, lengthBytes: -1, oldAddress: 1n, sdnaIndex: 0, count: 1 }, header);
    expect(() => decodeBlockHeader(written, header)).toThrow(FileBlockInvalidError);
  });
});
