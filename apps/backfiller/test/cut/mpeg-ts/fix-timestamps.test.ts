import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readStreamIndex } from '@waybill/stream-fixture';
import { describe, expect, it } from 'vitest';
import type { TsPart } from '../../../src/cut/mpeg-ts/fix-timestamps.ts';
import { fixTimestamps } from '../../../src/cut/mpeg-ts/fix-timestamps.ts';
import { segmentFacts } from '../../../src/cut/mpeg-ts/segment-facts.ts';
import { collect, inPieces } from '../support/in-pieces.ts';
import type { ReadStream } from '../support/read-packets.ts';
import { readPackets } from '../support/read-packets.ts';

const VIDEO = 0x100;
const AUDIO = 0x101;
const FRAME = 3600;

const { qualities } = readStreamIndex();
const folder = path.resolve(import.meta.dirname, '../../../../../examples/stream-fixture');
const bytes = readFileSync(path.join(folder, qualities['source']?.file ?? ''));

function segmentBytes(index: number): Uint8Array {
  const { offsetBytes = 0, sizeBytes = 0 } = qualities['source']?.segments[index] ?? {};
  return bytes.subarray(offsetBytes, offsetBytes + sizeBytes);
}

async function* partsOf(indexes: readonly number[], lengths: readonly number[]): AsyncGenerator<TsPart> {
  for (const index of indexes) {
    await Promise.resolve();
    yield { content: inPieces(segmentBytes(index), lengths), name: index.toString() };
  }
}

async function fixed(indexes: readonly number[], lengths: readonly number[] = [65_536]): Promise<Buffer> {
  return collect(fixTimestamps(partsOf(indexes, lengths)));
}

function gaps({ times }: ReadStream, pid: number): number[] {
  const all = times.filter((one) => one.pid === pid).map(({ dts }) => dts);
  return all.slice(1).map((dts, index) => dts - (all[index] ?? 0));
}

function extraTicks(stream: ReadStream): number[] {
  return gaps(stream, VIDEO).filter((gap) => gap !== FRAME);
}

describe('fixTimestamps', () => {
  it('begins at 0: the first DTS, and the first clock reference', async () => {
    const { times, pcr } = readPackets(await fixed([3, 4]));
    expect(Math.min(...times.map(({ dts }) => dts))).toBe(0);
    expect(pcr[0]).toBe(0);
  });

  it('moves all streams of a part together, and keeps the time from decoding to showing', async () => {
    const before = readPackets(segmentBytes(3)).times;
    const after = readPackets(await fixed([3])).times;
    const shift = (before[0]?.dts ?? 0) - (after[0]?.dts ?? 0);
    expect(after.map(({ pts, dts }) => [pts + shift, dts + shift])).toEqual(before.map(({ pts, dts }) => [pts, dts]));
  });

  it('goes on over a wrap inside of a segment, frame by frame', async () => {
    const raw = readPackets(segmentBytes(30)).times.map(({ dts }) => dts);
    expect(Math.max(...raw) - Math.min(...raw)).toBeGreaterThan(2 ** 32);
    const stream = readPackets(await fixed([29, 30, 31]));
    expect(extraTicks(stream)).toEqual([]);
    expect(stream.breaks).toBe(0);
  });

  it('goes on over the restart of an encoder, and over segments that are left out, without a stream going back', async () => {
    for (const indexes of [
      [63, 64, 65, 66],
      [10, 20, 11],
      [66, 2],
    ]) {
      const stream = readPackets(await fixed(indexes));
      expect(Math.min(...gaps(stream, AUDIO))).toBeGreaterThan(0);
      expect(Math.min(...gaps(stream, VIDEO))).toBeGreaterThanOrEqual(FRAME);
      // No seam costs more than two frames: as much as the sound of one side overlaps that of the other.
      expect(Math.max(...gaps(stream, VIDEO))).toBeLessThanOrEqual(3 * FRAME);
      expect(extraTicks(stream).length).toBeLessThan(indexes.length);
      expect(stream.breaks).toBe(0);
    }
  });

  it('takes back the flag of a discontinuity where a part begins, and leaves one inside of it', async () => {
    const flagged = Buffer.from(segmentBytes(65));
    const clocks: number[] = [];
    for (let at = 0; at < flagged.length; at += 188)
      if ((flagged.readUInt8(at + 3) & 0x20) !== 0 && flagged.readUInt8(at + 4) > 6) clocks.push(at + 5);
    for (const at of clocks) flagged[at] = flagged.readUInt8(at) | 0x80;
    async function* parts(): AsyncGenerator<TsPart> {
      yield* partsOf([64], [4096]);
      yield { content: inPieces(flagged, [4096]) };
    }
    const result = (await collect(fixTimestamps(parts()))).subarray(segmentBytes(64).length);
    const flags = clocks.map((at) => result.readUInt8(at) >> 7);
    expect([flags[0], flags[5]]).toEqual([0, 1]);
  });

  it('never lets the clock go back', async () => {
    const { pcr } = readPackets(await fixed([29, 30, 64, 65, 3]));
    expect(pcr.length).toBeGreaterThan(50);
    expect(pcr.slice(1).every((one, index) => one > (pcr[index] ?? 0))).toBe(true);
  });

  it('gives the same bytes whatever pieces the segments come in', async () => {
    const whole = await fixed([64, 65]);
    for (const lengths of [[1], [187, 189], [188], [1000, 3, 77]])
      expect((await fixed([64, 65], lengths)).equals(whole)).toBe(true);
  });

  it('puts a part where it is told to', async () => {
    async function* parts(): AsyncGenerator<TsPart> {
      await Promise.resolve();
      yield { content: inPieces(segmentBytes(3), [4096]), atTicks: 90_000 };
      yield { content: inPieces(segmentBytes(9), [4096]), atTicks: 900_000 };
    }
    const { times } = readPackets(await collect(fixTimestamps(parts())));
    const video = times.filter(({ pid }) => pid === VIDEO).map(({ dts }) => dts);
    expect(video[0]).toBeGreaterThanOrEqual(90_000);
    expect(video[0]).toBeLessThan(90_000 + 2 * FRAME);
    expect(video[50]).toBeGreaterThanOrEqual(900_000);
    expect(video[50]).toBeLessThan(900_000 + 2 * FRAME);
  });

  it('gives nothing where there is nothing', async () => {
    expect(await fixed([])).toHaveLength(0);
  });
});

describe('segmentFacts', () => {
  it('says what the probe of the fixture says', () => {
    const facts = segmentFacts(segmentBytes(49));
    expect(facts?.program).toMatchObject({ number: 1, mapPid: 0x1000 });
    expect(facts?.video).toEqual({ pid: VIDEO, type: 0x1b, role: 'video' });
    expect(facts?.audio).toEqual({ pid: AUDIO, type: 0x0f, role: 'audio' });
    expect(facts).toMatchObject({ firstPts: 3_300_300, reorderTicks: 7200, frameTicks: FRAME, profile: 100 });
  });

  it('finds nothing in what is no program', () => {
    expect(segmentFacts(new Uint8Array(0))).toBeUndefined();
    expect(segmentFacts(segmentBytes(3).subarray(0, 188))).toBeUndefined();
  });
});
