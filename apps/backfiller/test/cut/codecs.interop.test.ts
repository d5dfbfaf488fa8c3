import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '@waybill/digest';
import { formatHour, formatSegmentName } from '@waybill/segments';
import { runProgram, skipWithout, temporaryDirectory } from '@waybill/test-kit';
import type { SkippableTest } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { runCli } from '../commands/support/run-cli.ts';
import type { RawAnswer } from '../serve/support.ts';
import { ask, serve } from '../serve/support.ts';
import { framesOf, gapsOf, needFfmpeg, probe } from './support/probe.ts';

const START_MICROS = Date.UTC(2025, 2, 14, 12) * 1000;
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=25:d=6'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=f=440:r=48000:d=6'];
const EVERY_2_SECONDS = ['-g', '50', '-force_key_frames', 'expr:gte(t,n_forced*2)'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-x264-params', 'scenecut=0'];
const HEVC = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'keyint=50:scenecut=0:log-level=error'];

interface Recorded extends AsyncDisposable {
  readonly base: string;
  cut(type: string, query?: string): Promise<RawAnswer>;
  get(target: string): Promise<RawAnswer>;
}

/** Three segments of 2 s, made by ffmpeg, served as channel `codec`. */
async function recorded(test: SkippableTest, args: readonly string[]): Promise<Recorded> {
  await needFfmpeg(test);
  const directory = await temporaryDirectory();
  const segment = ['-f', 'segment', '-segment_format', 'mpegts', '-segment_time', '2'];
  const made = await runProgram('ffmpeg', ['-v', 'error', ...args, ...segment, path.join(directory.path, '%d.ts')]);
  if (made?.stderr.includes('Unknown encoder') === true) skipWithout(test, made.stderr.trim());
  if (made?.code !== 0) throw new Error(made?.stderr);
  for (let index = 0; index < 3; index += 1) placeSegment(directory.path, index);
  const served = await serve(directory.path);
  const range = 'start=2025-03-14T12:00:00.6&end=2025-03-14T12:00:05.4';
  return {
    base: directory.path,
    cut: (type, query = range) => ask(served.url, `/cut/codec/source.ts?${query}&type=${type}`),
    get: (target) => ask(served.url, target),
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

function placeSegment(base: string, index: number): void {
  const content = readFileSync(path.join(base, `${index}.ts`));
  const startMicros = START_MICROS + index * 2_000_000;
  const hour = path.join(base, 'codec', 'source', formatHour(startMicros));
  mkdirSync(hour, { recursive: true });
  const name = { startMicros, durationMicros: 2_000_000, type: 'full' as const, digest: sha256(content) };
  writeFileSync(path.join(hour, formatSegmentName(name)), content);
}

const FRAME_AT = '/frame/codec/source.png?timestamp=2025-03-14T12:00:02.6';
const WAVEFORM = '/waveform/codec/source.png?start=2025-03-14T12:00:00.6&end=2025-03-14T12:00:05.4';

function expectRefused({ status, body }: RawAnswer, why: RegExp): void {
  expect([status, body.toString()]).toEqual([422, expect.stringMatching(why)]);
  expect(JSON.parse(body.toString())).toMatchObject({ code: 'ERR_CUT_SEGMENT_UNUSABLE' });
}

describe('segments that are not H.264 with AAC', () => {
  it('HEVC: is cut exactly, with its own codec between what is copied', async (test) => {
    await using archive = await recorded(test, [...PICTURE, ...SOUND, ...EVERY_2_SECONDS, ...HEVC, '-c:a', 'aac']);
    for (const [type, codec] of Object.entries({ smart: 'hevc', mpegts: 'h264' })) {
      const { status, body } = await archive.cut(type);
      expect([type, status]).toEqual([type, 200]);
      const probed = await probe(body);
      expect([type, probed.streams[0]?.codec, framesOf(probed, 'video')]).toEqual([type, codec, 120]);
      expect(Math.abs(probed.duration - 4.8)).toBeLessThanOrEqual(0.04);
      if (type === 'smart') expect(new Set(gapsOf(probed, 'video'))).toEqual(new Set([3600]));
    }
    const ranges = '2025-03-14T12:00:00.6,2025-03-14T12:00:02.4;2025-03-14T12:00:03.6,2025-03-14T12:00:05.4';
    const query = ranges.split(';').map((range) => `range=${range}`);
    const turned = await probe((await archive.cut('smart', [...query, 'transition=fade,1'].join('&'))).body);
    expect(Math.abs(framesOf(turned, 'video') - 65)).toBeLessThanOrEqual(1);
    expect((await archive.get(FRAME_AT)).status).toBe(200);
    expect((await archive.get(WAVEFORM)).status).toBe(200);
  });

  it('sound alone: is cut, and has no picture to be shown', async (test) => {
    await using archive = await recorded(test, [...SOUND, '-c:a', 'aac']);
    for (const type of ['smart', 'webm', 'archive']) {
      const { status, body } = await archive.cut(type);
      expect([type, status]).toEqual([type, 200]);
      const { duration, streams } = await probe(body);
      expect(streams.map((stream) => stream.type)).toEqual(['audio']);
      const seconds = type === 'archive' ? 6 : 4.8;
      expect(Math.abs(duration - seconds)).toBeLessThanOrEqual(0.06);
    }
    const smart = await probe((await archive.cut('smart')).body);
    expect(Math.max(...gapsOf(smart, 'audio').map((gap) => Math.abs(gap - 1920)))).toBeLessThanOrEqual(1);
    expect((await archive.get(WAVEFORM)).status).toBe(200);
    expectRefused(await archive.get(FRAME_AT), /has no picture/);
  });

  it('picture alone: is cut, and has no sound to be shown', async (test) => {
    await using archive = await recorded(test, [...PICTURE, ...EVERY_2_SECONDS, ...H264]);
    for (const type of ['smart', 'webm']) {
      const probed = await probe((await archive.cut(type)).body);
      expect([type, framesOf(probed, 'video'), probed.streams.length]).toEqual([type, 120, 1]);
    }
    expectRefused(await archive.get(WAVEFORM), /has no sound/);
  });

  it('Opus, said to be so in private data: is cut and shown', async (test) => {
    await using archive = await recorded(test, [...PICTURE, ...SOUND, ...EVERY_2_SECONDS, ...H264, '-c:a', 'libopus']);
    const smart = await probe((await archive.cut('smart')).body);
    expect(smart.streams.map(({ codec }) => codec)).toEqual(['h264', 'opus']);
    expect(framesOf(smart, 'video')).toBe(120);
    expect(Math.min(...gapsOf(smart, 'audio'))).toBeGreaterThan(0);
    expect((await archive.get(WAVEFORM)).status).toBe(200);
  });

  it('MPEG-2: is refused where it would have to be encoded, and given as a whole', async (test) => {
    await using archive = await recorded(test, [...PICTURE, ...SOUND, ...EVERY_2_SECONDS, '-c:v', 'mpeg2video']);
    for (const type of ['fast', 'smart', 'mpegts', 'webm'])
      expectRefused(await archive.cut(type), /neither H\.264 nor HEVC \(stream type 2\); use type=rough/);
    expect((await archive.cut('rough')).status).toBe(200);
    expect((await archive.cut('archive')).status).toBe(200);
    expect((await archive.get(FRAME_AT)).status).toBe(200);
  });

  it('AV1: is refused, and no cut is without its picture', async (test) => {
    const av1 = ['-c:v', 'libsvtav1', '-preset', '12'];
    await using archive = await recorded(test, [...PICTURE, ...SOUND, ...EVERY_2_SECONDS, ...av1, '-c:a', 'aac']);
    for (const type of ['fast', 'smart', 'mpegts', 'webm', 'archive'])
      expectRefused(await archive.cut(type), /private stream that may be its picture/);
    expectRefused(await archive.get(FRAME_AT), /has no picture: .*private stream/);
    expect((await archive.cut('rough')).status).toBe(200);
    const whole = 'start=2025-03-14T12:00:00&end=2025-03-14T12:00:04';
    expect((await archive.cut('fast', whole)).status).toBe(200);
  });

  it('the command says the same, ends with 1 and leaves no file', async (test) => {
    await using archive = await recorded(test, [...PICTURE, ...EVERY_2_SECONDS, '-c:v', 'mpeg2video']);
    const file = path.join(archive.base, 'clip.ts');
    const range = ['--start', '2025-03-14T12:00:00.6', '--end', '2025-03-14T12:00:05.4'];
    const { code, stderr } = await runCli(['cut', 'codec', 'source', '--base-dir', archive.base, '-o', file, ...range]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('neither H.264 nor HEVC')]);
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
  });
});
