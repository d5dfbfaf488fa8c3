import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CHANNEL } from '@waybill/stream-fixture';
import { runProgram, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { ask } from '../serve/support.ts';
import { cutPath, fixtureArchive } from './support/fixture-archive.ts';
import { framesOf, gapsOf, needFfmpeg, probe } from './support/probe.ts';

const FRAME = 3600;
const AAC_FRAME = 1920;
const FPS = 25;

/** Cuts inside of segments: over nothing special; over the wrap of the timestamps; over the hour; inside of one segment. */
const RANGES = [
  { start: '11:58:21.128', end: '11:58:27.328', seconds: 6.2 },
  { start: '11:59:21.128', end: '11:59:23.328', seconds: 2.2 },
  { start: '11:59:59.608', end: '12:00:03.008', seconds: 3.4 },
  { start: '11:58:23.008', end: '11:58:24.008', seconds: 1 },
];

async function cut(url: string, query: Record<string, string | readonly string[]>): Promise<Buffer> {
  const { status, body } = await ask(url, cutPath(query));
  if (status !== 200) throw new Error(`${status.toString()} ${body.toString()}`);
  return body;
}

describe('cuts with ffmpeg', () => {
  it('are exact to the frame, for fast and smart, and smart ones go on packet by packet from 0', async (test) => {
    await needFfmpeg(test);
    await using archive = await fixtureArchive();
    for (const { start, end, seconds } of RANGES) {
      const smart = await probe(await cut(archive.url, { start, end, type: 'smart' }));
      expect(framesOf(smart, 'video')).toBe(Math.round(seconds * FPS));
      expect(new Set(gapsOf(smart, 'video'))).toEqual(new Set([FRAME]));
      expect(new Set(gapsOf(smart, 'audio'))).toEqual(new Set([AAC_FRAME]));
      expect(Math.min(...smart.packets.map(({ dts }) => dts))).toBe(0);
      expect(Math.abs(smart.duration - seconds)).toBeLessThanOrEqual(1 / FPS);
      expect(smart.said).toBe('');
      const fast = await probe(await cut(archive.url, { start, end, type: 'fast' }));
      expect(framesOf(fast, 'video')).toBe(Math.round(seconds * FPS));
    }
  });

  it('that end where a segment does have its sound: nearly as long as the picture, and no longer than by a frame', async (test) => {
    await needFfmpeg(test);
    await using archive = await fixtureArchive();
    for (const [start, end] of [
      ['11:58:21.128', '11:58:24.608'],
      ['11:59:20.128', '11:59:22.608'],
      ['12:00:29.128', '12:00:32.008'],
    ] as const) {
      const { packets } = await probe(await cut(archive.url, { start, end, type: 'smart' }));
      const endOf = (stream: number, length: number): number =>
        length + Math.max(...packets.filter((packet) => packet.stream === stream).map(({ pts }) => pts));
      const beyond = endOf(1, AAC_FRAME) - endOf(0, FRAME);
      expect(beyond, end).toBeLessThanOrEqual(AAC_FRAME);
      // The last frames of sound to a picture stand in the next segment.
      expect(beyond, end).toBeGreaterThan(-9000);
    }
  });

  it('encode with the profile and the size of the source, and copy what is whole', async (test) => {
    await needFfmpeg(test);
    await using archive = await fixtureArchive();
    const body = await cut(archive.url, { start: '11:58:21.128', end: '11:58:27.328', type: 'fast' });
    expect(body.includes(archive.segments(1, 2))).toBe(true);
    const { streams } = await probe(body);
    expect(streams).toMatchObject([
      { codec: 'h264', profile: 'High', width: 640 },
      { codec: 'aac', profile: 'LC' },
    ]);
  });

  it('go on over the restart of an encoder, over a hole and from range to range', async (test) => {
    await needFfmpeg(test);
    await using archive = await fixtureArchive({ keep: (file) => !file.includes('T11/58:50') });
    const cases = [
      { query: { start: '12:00:27.608', end: '12:00:32.508' }, frames: 123 },
      { query: { start: '11:58:47.608', end: '11:58:53.608', allow_holes: 'true' }, frames: 100 },
      { query: { range: ['12:00:20.608,12:00:24.508', '11:59:00.608,11:59:04.608'] }, frames: 198 },
    ];
    for (const { query, frames } of cases) {
      const smart = await probe(await cut(archive.url, { ...query, type: 'smart' }));
      expect(framesOf(smart, 'video')).toBe(frames);
      expect(new Set(gapsOf(smart, 'video'))).toEqual(new Set([FRAME]));
      // At the seam, sound is left out by whole frames, or missing on one side.
      expect(Math.min(...gapsOf(smart, 'audio'))).toBeGreaterThanOrEqual(AAC_FRAME - 270);
      expect(Math.max(...gapsOf(smart, 'audio'))).toBeLessThan(3 * AAC_FRAME);
      expect(gapsOf(smart, 'audio').filter((gap) => gap !== AAC_FRAME).length).toBeLessThanOrEqual(1);
      expect(Math.abs(smart.duration - frames / FPS)).toBeLessThanOrEqual(1 / FPS);
      expect(smart.said).toBe('');
    }
  });

  it('of every type are taken by ffprobe, with all frames and the right length', async (test) => {
    await needFfmpeg(test);
    await using archive = await fixtureArchive();
    const inside = { start: '12:00:27.608', end: '12:00:31.508' };
    // 12:00:26.608 to 12:00:32.008, whole segments around it: 2 + 1.4 + 2 s.
    const cases = [
      { type: 'rough', video: 'h264', seconds: 5.4, isTold: false },
      { type: 'mpegts', video: 'h264', seconds: 3.9, isTold: true },
      { type: 'webm', video: 'vp9', seconds: 3.9, isTold: true },
      { type: 'archive', video: 'h264', seconds: 5.4, isTold: true },
    ];
    for (const { type, video, seconds, isTold } of cases) {
      const probed = await probe(await cut(archive.url, { ...inside, type }));
      expect([type, probed.streams[0]?.codec, probed.streams.length]).toEqual([type, video, 2]);
      expect(Math.abs(framesOf(probed, 'video') - seconds * FPS)).toBeLessThanOrEqual(1);
      // Rough cuts are what was recorded: here the timestamps fall in the middle.
      if (isTold) expect(Math.abs(probed.duration - seconds)).toBeLessThanOrEqual(2 / FPS);
    }
  });

  it('turn one range into the next', async (test) => {
    await needFfmpeg(test);
    await using archive = await fixtureArchive();
    const range = ['12:00:20.608,12:00:24.508', '11:59:00.608,11:59:04.608', '12:00:40.608,12:00:42.608'];
    const query = { range, transition: ['wipeleft,1', ''] };
    for (const type of ['smart', 'webm']) {
      const probed = await probe(await cut(archive.url, { ...query, type }));
      expect(Math.abs(framesOf(probed, 'video') - (3.9 + 4 + 2 - 1) * FPS)).toBeLessThanOrEqual(1);
      const frame = type === 'webm' ? 1000 / FPS : FRAME;
      expect(Math.min(...gapsOf(probed, 'video'))).toBeGreaterThanOrEqual(frame - 1);
      expect(Math.max(...gapsOf(probed, 'video'))).toBeLessThanOrEqual(frame + 1);
      expect(Math.min(...gapsOf(probed, 'audio'))).toBeGreaterThan(0);
      expect(Math.abs(probed.duration - (3.9 + 4 + 2 - 1))).toBeLessThanOrEqual(1 / FPS);
    }
  });

  it('turn one range into the next for as many pictures as the transition is long, none of them late', async (test) => {
    await needFfmpeg(test);
    await using archive = await fixtureArchive();
    const range = ['11:58:38.000,11:58:40.000', '11:59:32.700,11:59:34.700'];
    const probed = await probe(await cut(archive.url, { range, transition: ['fade,1'], type: 'smart' }));
    expect(framesOf(probed, 'video')).toBe((2 + 2 - 1) * FPS);
    expect(new Set(gapsOf(probed, 'video'))).toEqual(new Set([FRAME]));
  });

  it('as an archive of several runs are refused with the way out', async (test) => {
    await needFfmpeg(test);
    await using archive = await fixtureArchive({ keep: (file) => !file.includes('T11/58:50') });
    const query = { start: '11:58:47.608', end: '11:58:53.608', allow_holes: 'true', type: 'archive' };
    const { status, body } = await ask(archive.url, cutPath(query));
    expect(status).toBe(400);
    expect(body.toString()).toMatch(/2 runs.*waybill-backfiller cut/);
  });
});

describe('images with ffmpeg', () => {
  const png = Buffer.from('89504e470d0a1a0a', 'hex');

  it('show the picture at a time, another one at another time, and the last one of a segment', async (test) => {
    await needFfmpeg(test);
    await using archive = await fixtureArchive();
    const frame = (time: string) => ask(archive.url, `/frame/${CHANNEL}/source.png?timestamp=2025-03-14T${time}`);
    const bodies: Buffer[] = [];
    for (const time of ['11:59:21.7', '11:59:21.72', '11:59:22.6', '11:59:22.607']) {
      const { status, headers, body } = await frame(time);
      expect([status, headers['content-type']]).toEqual([200, 'image/png']);
      expect(body.subarray(0, 8).equals(png)).toBe(true);
      expect([body.readUInt32BE(16), body.readUInt32BE(20)]).toEqual([640, 360]);
      bodies.push(body);
    }
    // A picture lasts 40 ms: from .688, .728, …, .568 on.
    expect(bodies[0]?.equals(bodies[1] ?? png)).toBe(true);
    expect(bodies[2]?.equals(bodies[3] ?? png)).toBe(true);
    expect(bodies[0]?.equals(bodies[2] ?? png)).toBe(false);
  });

  it('show the sound in the size that was asked for', async (test) => {
    await needFfmpeg(test);
    await using archive = await fixtureArchive({ keep: (file) => !file.includes('T11/58:50') });
    const target = `/waveform/${CHANNEL}/source.png?start=2025-03-14T11:58:40&end=2025-03-14T11:59:10&size=300x40`;
    const { status, headers, body } = await ask(archive.url, target);
    expect([status, headers['content-type']]).toEqual([200, 'image/png']);
    expect([body.readUInt32BE(16), body.readUInt32BE(20)]).toEqual([300, 40]);
    // A tenth of a second per column. The hole is from 10.6 to 12.6 s.
    const lit = await litPixels(body, 300);
    expect(Math.max(...lit.slice(108, 124))).toBeLessThanOrEqual(1);
    expect(Math.max(...lit.slice(60, 104))).toBeGreaterThan(2);
    expect(Math.max(...lit.slice(130, 299))).toBeGreaterThan(2);
    const usual = await ask(archive.url, target.replace('&size=300x40', ''));
    expect([usual.body.readUInt32BE(16), usual.body.readUInt32BE(20)]).toEqual([1024, 64]);
  });
});

/** How many pixels of each column are not black. */
async function litPixels(image: Uint8Array, width: number): Promise<number[]> {
  await using directory = await temporaryDirectory();
  const [file, raw] = [path.join(directory.path, 'image.png'), path.join(directory.path, 'raw')];
  writeFileSync(file, image);
  await runProgram('ffmpeg', [
    '-v',
    'error',
    '-i',
    file,
    '-vf',
    'alphaextract',
    '-f',
    'rawvideo',
    '-pix_fmt',
    'gray',
    raw,
  ]);
  const pixels = readFileSync(raw);
  const rows = Array.from({ length: pixels.length / width }, (_, row) =>
    pixels.subarray(row * width, (row + 1) * width),
  );
  return Array.from({ length: width }, (_, column) => rows.filter((row) => (row[column] ?? 0) > 40).length);
}
