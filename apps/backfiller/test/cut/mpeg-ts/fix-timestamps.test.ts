import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readStreamIndex } from '@waybill/stream-fixture';
import { describe, expect, it } from 'vitest';
import type { TsPart } from '../../../src/cut/mpeg-ts/fix-timestamps.ts';
import { fixTimestamps } from '../../../src/cut/mpeg-ts/fix-timestamps.ts';
import { segmentFacts } from '../../../src/cut/mpeg-ts/segment-facts.ts';
import { shiftTimestamps } from '../../../src/cut/mpeg-ts/shift-timestamps.ts';
import { collect, inPieces } from '../support/in-pieces.ts';
import type { ReadStream } from '../support/read-packets.ts';
import { readPackets } from '../support/read-packets.ts';
import { readSound } from '../support/read-sound.ts';

const VIDEO = 0x100;
const AUDIO = 0x101;
const FRAME = 3600;
const AAC_FRAME = 1920;

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

function firstDts(segment: Uint8Array): number {
  return readPackets(segment).times.find(({ pid }) => pid === VIDEO)?.dts ?? NaN;
}

async function* changedParts(indexes: readonly number[], change: (segment: Buffer) => Buffer): AsyncGenerator<TsPart> {
  for (const index of indexes) {
    await Promise.resolve();
    yield { content: inPieces(change(Buffer.from(segmentBytes(index))), [65_536]) };
  }
}

/** The table calls the sound MPEG-1 audio. */
function asOtherSound(segment: Buffer): Buffer {
  for (let at = 0; at < segment.length; at += 188) {
    const entry = segment.indexOf(Buffer.from([0x0f, 0xe1, 0x01]), at);
    if ((segment.readUInt16BE(at + 1) & 0x1fff) === 0x1000 && entry !== -1 && entry < at + 188) segment[entry] = 0x03;
  }
  return segment;
}

function withoutLastPictures(segment: Buffer): Buffer {
  let pictures = 0;
  const kept: Buffer[] = [];
  for (let at = 0; at < segment.length; at += 188) {
    const packet = segment.subarray(at, at + 188);
    const isVideo = (packet.readUInt16BE(1) & 0x1fff) === VIDEO;
    if (isVideo && (packet.readUInt8(1) & 0x40) !== 0) pictures += 1;
    if (!isVideo || pictures <= 25) kept.push(packet);
  }
  return Buffer.concat(kept);
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

  it('goes on over the restart of an encoder, and over segments that are left out, frame by frame', async () => {
    for (const indexes of [
      [63, 64, 65, 66],
      [10, 20, 11],
      [66, 2],
      // The longest sound behind a last picture that the fixture has: 83 ms.
      [93, 1, 94, 60],
    ]) {
      const result = await fixed(indexes);
      const stream = readPackets(result);
      expect(extraTicks(stream)).toEqual([]);
      expect(stream.breaks).toBe(0);
      const sound = readSound(result, AUDIO).map(({ pts }) => pts);
      const steps = sound.slice(1).map((pts, index) => pts - (sound[index] ?? 0));
      // No frame begins while another one still plays, and no seam is silent for longer than the recording gives it.
      expect(Math.min(...steps)).toBeGreaterThanOrEqual(AAC_FRAME - 270);
      expect(steps.filter((step) => Math.abs(step - AAC_FRAME) > 270).length).toBeLessThan(indexes.length);
      expect(Math.max(...steps)).toBeLessThan(4 * AAC_FRAME);
    }
  });

  it('leaves out sound only where the sound before it still plays, and keeps the rest with its picture', async () => {
    const [first, second] = [93, 1].map((index) => segmentBytes(index));
    if (first === undefined || second === undefined) throw new Error('no segments');
    const result = await fixed([93, 1]);
    const shift = (readPackets(result).times.filter(({ pid }) => pid === VIDEO)[25]?.dts ?? 0) - firstDts(second);
    const before = readSound(second, AUDIO);
    const after = readSound(result, AUDIO).slice(readSound(first, AUDIO).length);
    expect(after.length).toBeLessThan(before.length);
    expect(before.length - after.length).toBeLessThanOrEqual(5);
    const expected = before.slice(before.length - after.length);
    expect(after.map(({ pts, content }) => [pts, content.toString('hex')])).toEqual(
      expected.map(({ pts, content }) => [pts + shift, content.toString('hex')]),
    );
  });

  it('keeps all sound that is not AAC, and waits for sound that goes on for more than half a second', async () => {
    const other = await collect(fixTimestamps(changedParts([93, 1], asOtherSound)));
    const frames = [93, 1].flatMap((index) => readSound(segmentBytes(index), AUDIO));
    expect(readSound(other, AUDIO)).toHaveLength(frames.length);
    const long = readPackets(await collect(fixTimestamps(changedParts([3, 9], withoutLastPictures))));
    const [extra = 0] = extraTicks(long);
    // 25 pictures are missing: a second, of which half is filled.
    expect(extra).toBeGreaterThan(FRAME + 40_000);
    expect(extra).toBeLessThan(FRAME + 50_000);
  });

  it('follows a part by one frame where it is a cut, and by what the recording says where it is none', async () => {
    const nearly = shiftTimestamps(inPieces(segmentBytes(4), [65_536]), 2 * FRAME);
    const seam = async (isCut: boolean): Promise<number[]> => {
      const content = isCut ? nearly : shiftTimestamps(inPieces(segmentBytes(4), [65_536]), 2 * FRAME);
      async function* parts(): AsyncGenerator<TsPart> {
        yield* partsOf([3], [65_536]);
        yield { content, isCut };
      }
      return extraTicks(readPackets(await collect(fixTimestamps(parts()))));
    };
    expect(await seam(false)).toEqual([3 * FRAME]);
    expect(await seam(true)).toEqual([]);
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
    expect(facts?.video).toEqual({ pid: VIDEO, type: 0x1b, role: 'video', isUnknown: false });
    expect(facts?.audio).toEqual({ pid: AUDIO, type: 0x0f, role: 'audio', isUnknown: false });
    expect(facts).toMatchObject({ firstPts: 3_300_300, reorderTicks: 7200, frameTicks: FRAME, profile: 100 });
  });

  it('finds nothing in what is no program', () => {
    expect(segmentFacts(new Uint8Array(0))).toBeUndefined();
    expect(segmentFacts(segmentBytes(3).subarray(0, 188))).toBeUndefined();
  });
});
