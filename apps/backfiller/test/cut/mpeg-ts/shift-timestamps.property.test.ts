import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shiftTimestamps } from '../../../src/cut/mpeg-ts/shift-timestamps.ts';
import { collect, inPieces } from '../support/in-pieces.ts';
import { clockAt, madePacket, timestampAt } from '../support/made-packets.ts';

const WRAP = 2 ** 33;
const ticks = fc.integer({ min: 0, max: WRAP - 1 });
const maybe = fc.option(ticks, { nil: undefined });
const packet = fc
  .record({
    ...{ pid: fc.integer({ min: 0x20, max: 0x1ffe }), counter: fc.integer({ min: 0, max: 15 }) },
    ...{ pts: maybe, dts: maybe, pcr: maybe, opcr: maybe, discontinuity: fc.boolean() },
  })
  .map((one) => ({ ...one, dts: one.pts === undefined ? undefined : one.dts }));
const packets = fc.array(packet, { minLength: 1, maxLength: 12 });
const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 });
const numRuns = tierCount({ push: 200, nightly: 5000 });
const moved = (time: number, by: number): number => (((time + by) % WRAP) + WRAP) % WRAP;

describe('shiftTimestamps', () => {
  it('moves PTS, DTS, PCR and OPCR modulo 2^33, whatever pieces the stream comes in', async () => {
    await fc.assert(
      fc.asyncProperty(packets, lengths, fc.integer({ min: -WRAP, max: WRAP }), async (made, pieces, by) => {
        const source = Buffer.concat(made.map(madePacket));
        const expected = made.map((one) => {
          const shift = (time: number | undefined) => (time === undefined ? undefined : moved(time, by));
          return madePacket({
            ...one,
            pts: shift(one.pts),
            dts: shift(one.dts),
            pcr: shift(one.pcr),
            opcr: shift(one.opcr),
          });
        });
        const result = await collect(shiftTimestamps(inPieces(source, pieces), by));
        expect(result.equals(Buffer.concat(expected))).toBe(true);
      }),
      { numRuns },
    );
  });

  it('gives the same bytes again when it is shifted there and back', async () => {
    await fc.assert(
      fc.asyncProperty(packets, lengths, ticks, async (made, pieces, by) => {
        const source = Buffer.concat(made.map(madePacket));
        const there = shiftTimestamps(inPieces(source, pieces), by);
        expect((await collect(shiftTimestamps(there, -by))).equals(source)).toBe(true);
      }),
      { numRuns },
    );
  });

  it('leaves the extension of a clock reference as it is', async () => {
    const source = madePacket({ pid: 256, counter: 0, pcr: WRAP - 1 });
    const result = await collect(shiftTimestamps(inPieces(source, [188]), 1));
    expect(clockAt(result, 6)).toEqual({ base: 0, extension: 5 });
  });

  it('says at which byte a packet does not begin with the sync byte', async () => {
    await fc.assert(
      fc.asyncProperty(packets, fc.nat(), lengths, async (made, some, pieces) => {
        const source = Buffer.concat(made.map(madePacket));
        const offsetBytes = (some % made.length) * 188;
        source[offsetBytes] = 0x00;
        const result = collect(shiftTimestamps(inPieces(source, pieces), 1));
        await expect(result).rejects.toMatchObject({ code: 'ERR_TS_INVALID', offsetBytes });
      }),
      { numRuns },
    );
  });

  it('refuses a PES header whose timestamps lie in two packets', async () => {
    const source = madePacket({ pid: 256, counter: 0, pts: 5, dts: 4 });
    // The header is moved to the last 12 bytes of its packet: flags and PTS are begun, and the rest is missing.
    const header = source.subarray(188 - 22, 188 - 22 + 12);
    const late = Buffer.concat([source.subarray(0, 4), Buffer.from([171, 0]), Buffer.alloc(170, 0xff), header]);
    expect(late).toHaveLength(188);
    await expect(collect(shiftTimestamps(inPieces(late, [188]), 1))).rejects.toMatchObject({ offsetBytes: 0 });
  });

  it('leaves out a packet that the stream breaks off in', async () => {
    const source = Buffer.concat([madePacket({ pid: 256, counter: 0, pts: 5 }), Buffer.from([0x47, 1, 2])]);
    const result = await collect(shiftTimestamps(inPieces(source, [100]), 7));
    expect(result).toHaveLength(188);
    expect(timestampAt(result, 188 - 8)).toBe(12);
  });
});
