import { CarReader } from '@ipld/car';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CarScanner, encodeVarint, formatCid, readCarBlocks } from '../../src/index.ts';
import { cborBlock, cidOf, sampleBlocks } from '../support/blocks.ts';
import { carV2Of, inPieces, referenceCar } from '../support/cars.ts';

const blocks = sampleBlocks();
const roots = [blocks[0]!.cid, blocks[1]!.cid];
const carV1 = await referenceCar(roots, blocks);
const carV2 = await carV2Of(carV1);
const bare = await carV2Of(carV1, false);

interface Seen {
  header: string[];
  frames: [cid: string, data: string, offset: number][];
}

async function scan(bytes: Uint8Array, ...sizes: number[]): Promise<Seen> {
  const seen: Seen = { header: [], frames: [] };
  const scanner = new CarScanner({
    file: 'test.car',
    visitor: {
      header: ({ version, roots: found, framesStart }) => {
        seen.header.push(String(version), String(framesStart), ...found.map(formatCid));
      },
      frame: (piece, frameStart, cidStart, dataStart, end, offset) => {
        expect(cidStart).toBeGreaterThan(frameStart);
        const data = Buffer.from(piece.subarray(dataStart, end)).toString('hex');
        seen.frames.push([formatCid(piece.subarray(cidStart, dataStart)), data, offset]);
      },
    },
  });
  for await (const piece of inPieces(bytes, ...sizes)) scanner.feed(piece);
  scanner.finish();
  return seen;
}

const expected = blocks.map(({ cid, bytes }) => [cid.toString(), Buffer.from(bytes).toString('hex')]);
const withoutOffsets = ({ frames }: Seen): string[][] => frames.map(([cid, data]) => [cid, data]);

describe('the scanner of CAR files', () => {
  it.each([
    ['CARv1', carV1],
    ['CARv2 with an index', carV2],
    ['CARv2 without', bare],
  ])('finds what @ipld/car reads, in a %s that comes in pieces of any size', async (_what, bytes) => {
    const reader = await CarReader.fromBytes(bytes);
    const whole = await scan(bytes, bytes.length);
    expect(withoutOffsets(whole)).toEqual(expected);
    expect((await reader.getRoots()).map(String)).toEqual(whole.header.slice(2));
    for await (const { cid, bytes: data } of reader.blocks()) {
      expect(withoutOffsets(whole)).toContainEqual([cid.toString(), Buffer.from(data).toString('hex')]);
    }
    expect(await scan(bytes, 1)).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }), async (sizes) => {
        expect(await scan(bytes, ...sizes)).toEqual(whole);
      }),
    );
  });

  it.each([
    ['CARv1', carV1],
    ['CARv2 with an index', carV2],
    ['CARv2 without', bare],
  ])('tells where a %s is cut, at every point', async (_what, bytes) => {
    const { frames, header } = await scan(bytes, bytes.length);
    const isV1 = header[0] === '1';
    // A CARv1 has no end of its own: cut between two frames, it is a shorter one.
    const whole = new Set(isV1 ? [Number(header[1]), ...frames.map(([, , offset]) => offset)] : []);
    for (let end = 0; end < bytes.length; end += 1) {
      const scanning = scan(bytes.subarray(0, end), 100);
      if (whole.has(end)) expect((await scanning).header).toEqual(header);
      else if (isV1 || end <= indexStart(bytes)) {
        const failure = { code: 'ERR_CAR_TRUNCATED', file: 'test.car', offset: expect.any(Number) as number };
        await expect(scanning, `cut at ${end}`).rejects.toThrow(expect.objectContaining(failure));
        await expect(scan(bytes.subarray(0, end), 1)).rejects.toThrow(expect.objectContaining(failure));
      }
    }
  });

  it('counts the offset of a truncation from the beginning of the file', async () => {
    const { frames } = await scan(carV1, carV1.length);
    const [, , offset] = frames[1]!;
    const failure = { offset, code: 'ERR_CAR_TRUNCATED' };
    await expect(scan(carV1.subarray(0, offset + 50), 7)).rejects.toThrow(expect.objectContaining(failure));
  });

  it('refuses a section above the limit before it has come, and takes it with a higher one', async () => {
    const header = await referenceCar(roots, []);
    const announced = Buffer.concat([header, encodeVarint(9_000_000)]);
    const failure = {
      code: 'ERR_CAR_SECTION_TOO_LARGE',
      offset: header.length,
      sizeBytes: 9_000_000,
      limitBytes: 8_388_608,
    };
    await expect(scan(announced, 10)).rejects.toThrow(expect.objectContaining(failure));
    const large = cborBlock(new Uint8Array(9_000_000));
    const whole = readCarBlocks(inPieces(await referenceCar(roots, [large]), 1_000_000), {
      limits: { maxSectionBytes: 10_000_000 },
    });
    expect((await Array.fromAsync(whole)).map(({ data }) => data.length)).toEqual([large.bytes.length]);
  });

  it('refuses a section of length 0, or takes it for the end when asked to', async () => {
    const padded = Buffer.concat([carV1, Buffer.alloc(100)]);
    const failure = { code: 'ERR_CAR_SECTION_INVALID', offset: carV1.length };
    await expect(scan(padded, 50)).rejects.toThrow(expect.objectContaining(failure));
    const taken = await Array.fromAsync(readCarBlocks(inPieces(padded, 50), { zeroLengthAsEnd: true }));
    expect(taken).toHaveLength(blocks.length);
  });

  it('refuses a section that is shorter than its CID', async () => {
    const { bytes } = cidOf(Buffer.from('x'));
    const broken = Buffer.concat([carV1, encodeVarint(20), bytes]);
    const failure = { code: 'ERR_CAR_SECTION_INVALID', offset: carV1.length + 1 };
    await expect(scan(broken, 9)).rejects.toThrow(expect.objectContaining(failure));
  });

  it.each([
    ['data inside the header', 16, 50, 'ERR_CAR_HEADER_INVALID'],
    ['data of no size', 24, 0, 'ERR_CAR_HEADER_INVALID'],
    ['data that ends in the middle of a section', 24, carV1.length - 1, 'ERR_CAR_TRUNCATED'],
    ['an index inside the data', 32, 60, 'ERR_CAR_HEADER_INVALID'],
    ['an index behind the end of the file', 32, 1_000_000, 'ERR_CAR_TRUNCATED'],
  ])('refuses a CARv2 with %s', async (_what, field, value, code) => {
    const bytes = Buffer.from(carV2);
    bytes.writeBigUInt64LE(BigInt(value), 11 + field);
    await expect(scan(bytes, 64)).rejects.toThrow(expect.objectContaining({ code, file: 'test.car' }));
  });

  it('takes a header of any length in pieces of any size', async () => {
    const long = await referenceCar(
      Array.from({ length: 20 }, (_, at) => cidOf(Buffer.of(at))),
      blocks,
    );
    for (const size of [1, 2, 3, 100]) expect((await scan(long, size)).frames).toHaveLength(blocks.length);
  });

  it('refuses an inner header that is longer than the data', async () => {
    const bytes = Buffer.from(bare);
    bytes.writeBigUInt64LE(10n, 11 + 24);
    const failure = { code: 'ERR_CAR_TRUNCATED', offset: 51, availableBytes: 10 };
    await expect(scan(bytes, 64)).rejects.toThrow(expect.objectContaining(failure));
  });

  it('refuses a section whose CID is none, with its offset', async () => {
    const broken = Buffer.concat([carV1, encodeVarint(40), Buffer.alloc(40, 5)]);
    const failure = { code: 'ERR_CID_INVALID', file: 'test.car', offset: carV1.length + 1 };
    await expect(scan(broken, 1000)).rejects.toThrow(expect.objectContaining(failure));
  });

  it('lets through what the visitor throws', () => {
    const error = new RangeError('mine');
    const visitor = {
      frame: () => {
        throw error;
      },
    };
    const scanner = new CarScanner({ visitor, file: 'test.car' });
    expect(() => scanner.feed(carV1)).toThrow(error);
  });

  it('refuses a CARv2 inside a CARv2', async () => {
    const bytes = Buffer.concat([carV2.subarray(0, 51), carV2.subarray(0, 11), carV2.subarray(51)]);
    await expect(scan(bytes, 64)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_CAR_HEADER_INVALID', offset: 51 }),
    );
  });
});

/** A cut inside the index leaves all blocks, and is for those to tell who read the index. */
function indexStart(carV2Bytes: Uint8Array): number {
  const index = Number(Buffer.from(carV2Bytes).readBigUInt64LE(11 + 32));
  return index === 0 ? carV2Bytes.length : index;
}
