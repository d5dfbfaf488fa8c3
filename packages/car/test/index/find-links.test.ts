import { seededRandom } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { LinkBuffer, openCarIndex } from '../../src/index.ts';
import { IndexBuilder } from '../../src/index/index-builder.ts';
import { numberedCid, writeNumber } from '../support/numbered-cid.ts';

const BLOCKS = 5000;
const CID_BYTES = 38;

function indexOfNumbers() {
  const builder = new IndexBuilder();
  const cid = numberedCid();
  builder.beginFile(0);
  for (let number = 0; number < BLOCKS; number += 1) {
    writeNumber(cid, number);
    builder.add(cid, 0, CID_BYTES, number * 100);
  }
  builder.endFile(BLOCKS * 100);
  return openCarIndex(builder.finish([]));
}

/** CIDs of these numbers, one behind the other, with a byte between. */
function linksTo(numbers: readonly number[]): { bytes: Uint8Array; links: LinkBuffer } {
  const bytes = new Uint8Array(numbers.length * (CID_BYTES + 1));
  const links = new LinkBuffer(1);
  for (const [at, number] of numbers.entries()) {
    const cid = numberedCid();
    writeNumber(cid, number);
    bytes.set(cid, at * (CID_BYTES + 1));
    links.push(at * (CID_BYTES + 1), CID_BYTES);
  }
  return { bytes, links };
}

describe('looking up all links of a block', () => {
  const index = indexOfNumbers();
  const random = seededRandom(3);

  it.each([0, 1, 7, 64, 65, 3000])(
    'gives for %i links what each one alone gives, those that are absent too',
    (count) => {
      for (let round = 0; round < 5; round += 1) {
        const numbers = Array.from({ length: count }, () => Math.floor(random() * 2 * BLOCKS));
        const { bytes, links } = linksTo(numbers);
        const found = new Float64Array(count);
        index.findLinks(bytes, links, found);
        expect([...found]).toEqual(numbers.map((number) => (number < BLOCKS ? number : -1)));
        for (let link = 0; link < count; link += 1)
          expect(index.find(bytes, links.offset(link), links.length(link))).toBe(found[link]);
      }
    },
  );

  it('refuses what is no CID', () => {
    const { bytes, links } = linksTo([1, 2, 3]);
    bytes[CID_BYTES + 1] = 9;
    expect(() => index.findLinks(bytes, links, new Float64Array(3))).toThrow(
      expect.objectContaining({ code: 'ERR_CID_INVALID', offset: CID_BYTES + 1 }),
    );
  });
});
