import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlendHeader, BlockScanner, type BlockVisitor } from '../../src/index.ts';
import { smallScene } from '../support/small-scene.ts';
import { variants } from '../support/variants.ts';

/** What a visitor saw, as text; parts joined. */
function recorder(unitBytes: number): { visitor: BlockVisitor; seen: Map<number, string> } {
  const seen = new Map<number, string>();
  const visitor: BlockVisitor = {
    wants: (_code, _sdnaIndex, lengthBytes) => (lengthBytes % 2 === 0 ? unitBytes : 0),
    visit: (block, part, partOffset) => {
      const before = seen.get(block) ?? '';
      expect(partOffset * 2).toBe(before.length);
      expect(part.length % unitBytes).toBe(0);
      seen.set(block, before + Buffer.from(part).toString('hex'));
    },
  };
  return { visitor, seen };
}

function scan(header: BlendHeader, content: Uint8Array, cuts: readonly number[], unitBytes: number): unknown {
  const { visitor, seen } = recorder(unitBytes);
  const scanner = new BlockScanner({ header, file: 'a.blend', visitor });
  let start = 0;
  for (const end of [...cuts, content.length]) {
    scanner.feed(content.subarray(start, end), start);
    start = end;
  }
  const index = scanner.finish(content.length);
  const blocks = Array.from({ length: index.length }, (_, block) => [
    ...[index.code(block), index.headerOffset(block), index.bodyLength(block), index.sdnaIndex(block)],
    ...[index.count(block), index.oldAddress(block)],
  ]);
  return { blocks, seen };
}

describe.each(variants)('the index, $name', ({ header }) => {
  const content = smallScene(header);

  it('is the same in whichever pieces the content comes', () => {
    const cuts = fc.array(fc.nat(content.length), { maxLength: 12 }).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(cuts, fc.constantFrom(1, 4, 24), (pieces, unitBytes) => {
        expect(scan(header, content, pieces, unitBytes)).toEqual(scan(header, content, [], unitBytes));
      }),
    );
  });

  it('is the same byte by byte', () => {
    const everywhere = Array.from({ length: content.length }, (_, at) => at);
    expect(scan(header, content, everywhere, 4)).toEqual(scan(header, content, [], 4));
  });

  it('needs nothing but the headers: what lies between can be left out', () => {
    const scanner = new BlockScanner({ header, file: 'a.blend' });
    let fedBytes = 0;
    while (!scanner.done) {
      const { position } = scanner;
      scanner.feed(content.subarray(position, position + 8), position);
      fedBytes += 8;
    }
    expect(scanner.finish().length).toBe(12);
    expect(fedBytes).toBeLessThan(13 * 32);
  });
});
