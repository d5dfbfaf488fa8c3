import { describe, expect, it } from 'vitest';
import {
  type BlendHeader,
  BlendFileTooLargeError,
  BlendFileTruncatedError,
  BlockScanner,
  encodeBlockHeader,
  FileBlockInvalidError,
  parseBlockCode,
} from '../../src/index.ts';
import { smallScene } from '../support/small-scene.ts';
import { variants } from '../support/variants.ts';

const wide: BlendHeader = { formatVersion: 1, pointerBytes: 8, littleEndian: true, version: 500 };
const legacy: BlendHeader = { formatVersion: 0, pointerBytes: 8, littleEndian: true, version: 304 };

interface Numbers {
  code?: string;
  lengthBytes?: number;
  count?: number;
  sdnaIndex?: number;
}

function headerBytes(
  header: BlendHeader,
  { code = 'DATA', lengthBytes = 0, count = 1, sdnaIndex = 0 }: Numbers,
): Uint8Array {
  return encodeBlockHeader({ code: parseBlockCode(code), lengthBytes, oldAddress: 1n, sdnaIndex, count }, header);
}

describe('BlockScanner', () => {
  it.each(variants)('refuses every truncation with file and offset: $name', ({ header }) => {
    const whole = smallScene(header);
    const start = header.formatVersion === 0 ? 12 : 17;
    for (let length = start; length < whole.length; length += 1) {
      for (const sizeBytes of [length, undefined]) {
        const scanner = new BlockScanner({ header, file: 'a.blend', ...(sizeBytes !== undefined && { sizeBytes }) });
        let thrown: unknown;
        try {
          scanner.feed(whole.subarray(0, length), 0);
          scanner.finish(length);
        } catch (error) {
          thrown = error;
        }
        expect(thrown, `${length}`).toBeInstanceOf(BlendFileTruncatedError);
        expect(thrown).toMatchObject({ file: 'a.blend' });
        expect((thrown as BlendFileTruncatedError).offset).toBeLessThanOrEqual(length);
      }
    }
  });

  it.each([{ lengthBytes: -4 }, { count: -1 }, { sdnaIndex: -1 }])('refuses negative numbers: %j', (numbers) => {
    for (const header of [legacy, wide]) {
      const scanner = new BlockScanner({ header, file: 'a.blend' });
      const offset = scanner.position;
      const feed = (): void => scanner.feed(headerBytes(header, numbers), offset);
      expect(feed).toThrow(FileBlockInvalidError);
    }
  });

  it('refuses a block that would reach beyond the end before anything is read of it', () => {
    const scanner = new BlockScanner({ header: wide, file: 'a.blend', sizeBytes: 1000 });
    const error = { neededBytes: 2 ** 50, availableBytes: 1000 - 17 - 32, offset: 17 + 32 };
    const feed = (): void => scanner.feed(headerBytes(wide, { lengthBytes: 2 ** 50 }), 17);
    expect(feed).toThrow(BlendFileTruncatedError);
    const again = new BlockScanner({ header: wide, file: 'a.blend', sizeBytes: 1000 });
    expect(() => again.feed(headerBytes(wide, { lengthBytes: 2 ** 50 }), 17)).toThrow(expect.objectContaining(error));
  });

  it('refuses lengths beyond which numbers are not exact', () => {
    const lengthBytes = Number.MAX_SAFE_INTEGER - 10;
    for (const pieceBytes of [5, 32]) {
      const scanner = new BlockScanner({ header: wide, file: 'a.blend' });
      const block = headerBytes(wide, { lengthBytes });
      const feed = (): void => {
        for (let at = 0; at < block.length; at += pieceBytes)
          scanner.feed(block.subarray(at, at + pieceBytes), 17 + at);
      };
      expect(feed).toThrow(FileBlockInvalidError);
    }
  });

  it('keeps counts above 32 bits', () => {
    const scanner = new BlockScanner({ header: wide, file: 'a.blend' });
    scanner.feed(headerBytes(wide, { count: 2 ** 40 }), 17);
    scanner.feed(headerBytes(wide, { code: 'ENDB', count: 7 }), 17 + 32);
    const index = scanner.finish();
    expect([index.count(0), index.count(1)]).toEqual([2 ** 40, 7]);
  });

  it('refuses more file-blocks than allowed', () => {
    const scanner = new BlockScanner({ header: legacy, file: 'a.blend', maxBlocks: 3 });
    const four = Buffer.concat([1, 2, 3, 4].map(() => headerBytes(legacy, {})));
    expect(() => scanner.feed(four, 12)).toThrow(BlendFileTooLargeError);
    expect(() => scanner.feed(four, 12)).toThrow('a.blend: the file is more than 3 file-blocks (at byte ');
  });

  it('refuses more kinds of codes than any file has', () => {
    const scanner = new BlockScanner({ header: legacy, file: 'a.blend' });
    const many = Array.from({ length: 300 }, (_, at) =>
      headerBytes(legacy, { code: `A${String.fromCharCode(at & 0xff, 1 + (at >> 8))}` }),
    );
    expect(() => scanner.feed(Buffer.concat(many), 12)).toThrow(/more than 256 kinds/);
  });

  it('goes on growing', () => {
    const scanner = new BlockScanner({ header: legacy, file: 'a.blend' });
    const block = headerBytes(legacy, { lengthBytes: 4 });
    const bytes = Buffer.concat([
      ...Array.from({ length: 1000 }, () => [block, Buffer.alloc(4)]).flat(),
      headerBytes(legacy, { code: 'ENDB' }),
    ]);
    scanner.feed(bytes, 12);
    const index = scanner.finish();
    expect(index.length).toBe(1001);
    expect(index.headerOffset(1000)).toBe(12 + 28_000);
    expect(index.bodyLength(999)).toBe(4);
    expect(index.endOffset).toBe(12 + 28_000 + 24);
  });
});
