import { mkdir, rm, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { parseHour } from '@waybill/segments';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import type { MadeSegment } from '../archive/support.ts';
import { HOUR, makeSegment, putSegment } from '../archive/support.ts';
import type { ParsedPlaylist } from './support.ts';
import { ask, parsePlaylist, serve } from './support.ts';

const HOUR_MS = parseHour(HOUR) / 1000;
const media = '/playlist/demo/source.m3u8';

async function putAll(base: string, segments: readonly MadeSegment[]): Promise<void> {
  for (const segment of segments) await putSegment(base, segment);
}

async function playlist(url: string, target: string): Promise<ParsedPlaylist> {
  const { status, body } = await ask(url, target);
  if (status !== 200) throw new Error(`${target}: ${status.toString()} ${body.toString()}`);
  return parsePlaylist(body.toString(), url + target);
}

const secondsOf = ({ segments }: ParsedPlaylist): string[] => segments.map(({ time }) => time.slice(14, 19));
const from = (...seconds: number[]): MadeSegment[] => seconds.map((second) => makeSegment(second));

/** RFC 8216: what must hold of any media playlist. */
function expectValid(text: string): void {
  const lines = text.split('\n');
  expect(lines[0]).toBe('#EXTM3U');
  const { tags, segments } = parsePlaylist(text, 'http://x/playlist/a/b.m3u8');
  const target = Number(tags.get('#EXT-X-TARGETDURATION'));
  expect(Number.isInteger(target) && target > 0).toBe(true);
  for (const { seconds } of segments) expect(Math.round(seconds)).toBeLessThanOrEqual(target);
  expect(Number(tags.get('#EXT-X-VERSION'))).toBeGreaterThanOrEqual(3);
  for (const tag of ['#EXT-X-MEDIA-SEQUENCE', '#EXT-X-DISCONTINUITY-SEQUENCE']) expect(tags.get(tag)).toMatch(/^\d+$/);
  expect(lines.filter((line) => line === '').length).toBe(/* after the last line feed */ 1);
  expect(lines.at(-2)).not.toBe('#EXT-X-DISCONTINUITY');
}

describe('a media playlist of a finished range', () => {
  it('is valid by RFC 8216 and has ended', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, [...from(0, 2, 4, 10), makeSegment(12, { seconds: 5.005 })]);
    await using served = await serve(base.path);
    const { body } = await ask(served.url, media);
    expectValid(body.toString());
    const { tags, segments, ended } = parsePlaylist(body.toString(), served.url + media);
    expect(tags.get('#EXT-X-TARGETDURATION')).toBe('6');
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, false, false, true, false]);
    expect(ended).toBe(true);
  });

  it('names segments by URIs that work behind a path prefix too', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(0));
    await using served = await serve(base.path);
    const text = (await ask(served.url, media)).body.toString();
    const behind = parsePlaylist(text, 'https://example.org/node1/playlist/demo/source.m3u8');
    expect(behind.segments[0]?.uri).toBe(
      `/node1/segments/demo/source/${HOUR}/${encodeURIComponent(makeSegment(0).name)}`,
    );
    const { segments } = parsePlaylist(text, served.url + media);
    expect((await ask(served.url, segments[0]!.uri)).status).toBe(200);
  });

  it('shows what arrived later', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(0, 4));
    await using served = await serve(base.path);
    expect(secondsOf(await playlist(served.url, media))).toEqual(['00:00', '00:04']);
    await putAll(base.path, from(2));
    const { segments } = await playlist(served.url, media);
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, false, false]);
  });

  it('forgets a removed segment at once, also after a request that was broken off', async () => {
    await using base = await temporaryDirectory();
    const many = Array.from({ length: 1200 }, (_, index) => makeSegment(index * 2));
    await putAll(base.path, many);
    await using served = await serve(base.path);
    const { port } = new URL(served.url);
    for (let round = 0; round < 5; round++) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`GET ${media} HTTP/1.1\r\nHost: x\r\n\r\n`);
      if (round % 2 === 0) await new Promise((resolve) => socket.once('data', resolve));
      socket.destroy();
    }
    await unlink(path.join(base.path, 'demo/source', HOUR, many[600]!.name));
    const { segments } = await playlist(served.url, media);
    expect(segments.length).toBe(1199);
    expect(segments[600]?.discontinuity).toBe(true);
  });

  it('works again once a failure is over', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(0));
    await using served = await serve(base.path);
    const { archive } = served;
    const listHour = archive.listHour.bind(archive);
    archive.listHour = async () => Promise.reject(new Error('disk trouble'));
    expect((await ask(served.url, media)).status).toBe(500);
    archive.listHour = listHour;
    expect(secondsOf(await playlist(served.url, media))).toEqual(['00:00']);
  });

  it('joins hours, and takes a run from the cache only for the channel and range that it was made for', async () => {
    await using base = await temporaryDirectory();
    const next = [0, 2, 4].map((second) => makeSegment(second, { hour: '2024-03-01T11' }));
    await putAll(base.path, [
      ...from(3594, 3596, 3598),
      ...next,
      ...next.map((made) => ({ ...made, address: { ...made.address, channel: 'other' } })),
    ]);
    await using served = await serve(base.path);
    for (let round = 0; round < 2; round++) {
      const whole = await playlist(served.url, media);
      expect([secondsOf(whole), whole.segments.some(({ discontinuity }) => discontinuity)]).toEqual([
        ['59:54', '59:56', '59:58', '00:00', '00:02', '00:04'],
        false,
      ]);
      const part = await playlist(served.url, `${media}?start=2024-03-01T10:59:56&end=2024-03-01T11:00:02`);
      expect([secondsOf(part), part.ended]).toEqual([['59:56', '59:58', '00:00'], true]);
      expect((await playlist(served.url, '/playlist/other/source.m3u8')).segments[0]?.uri).toContain(
        '/segments/other/',
      );
    }
  });

  it('refuses an implicit range of more than 12 hours, not an explicit one, and a time that is none', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, [makeSegment(0, { hour: '2024-03-01T00' }), makeSegment(0, { hour: '2024-03-01T11' })]);
    await using served = await serve(base.path);
    const implicit = await ask(served.url, media);
    expect([implicit.status, implicit.body.toString()]).toEqual([
      400,
      'Implicit range may not be longer than 12 hours',
    ]);
    const long = await playlist(served.url, `${media}?start=0001-01-01&end=9999-12-30`);
    expect(long.segments.length).toBe(2);
    const bad = await ask(served.url, `${media}?start=yesterday`);
    expect([bad.status, bad.headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
  });
});

describe('a live media playlist', () => {
  it('has no end, and gets one when the range has passed', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(0, 2));
    let nowMs = HOUR_MS + 5000;
    await using served = await serve(base.path, { now: () => nowMs });
    const live = await playlist(served.url, `${media}?start=2024-03-01T10:00:00`);
    expect([secondsOf(live), live.ended]).toEqual([['00:00', '00:02'], false]);
    nowMs = HOUR_MS + 2 * 3_600_000 + 14_000;
    expect((await playlist(served.url, `${media}?start=2024-03-01T10:00:00`)).ended).toBe(false);
    nowMs += 1000;
    expect((await playlist(served.url, `${media}?start=2024-03-01T10:00:00`)).ended).toBe(true);
  });

  it('ends as soon as an explicit range is complete', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(0, 2));
    await using served = await serve(base.path, { now: () => HOUR_MS + 4500 });
    const range = `${media}?start=2024-03-01T10:00:00&end=2024-03-01T10:00:06`;
    expect((await playlist(served.url, range)).ended).toBe(false);
    await putAll(base.path, from(4));
    const ended = await playlist(served.url, range);
    expect([secondsOf(ended), ended.ended]).toEqual([['00:00', '00:02', '00:04'], true]);
  });

  it('holds segments back behind a fresh hole, and shows them in order once it is filled', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(0, 2, 6));
    let nowMs = HOUR_MS + 8000;
    await using served = await serve(base.path, { now: () => nowMs });
    expect(secondsOf(await playlist(served.url, media))).toEqual(['00:00', '00:02']);
    await putAll(base.path, from(4));
    nowMs += 1000;
    const filled = await playlist(served.url, media);
    expect([secondsOf(filled), filled.segments.some(({ discontinuity }) => discontinuity)]).toEqual([
      ['00:00', '00:02', '00:04', '00:06'],
      false,
    ]);
  });

  it('makes a hole final after 15 s, never shows what comes for it later, and only appends', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(0, 2, 6));
    let nowMs = HOUR_MS + 4000 + 14_900;
    await using served = await serve(base.path, { now: () => nowMs });
    expect(secondsOf(await playlist(served.url, media))).toEqual(['00:00', '00:02']);
    nowMs += 200;
    const before = (await ask(served.url, media)).body.toString();
    expect(secondsOf(parsePlaylist(before, served.url + media))).toEqual(['00:00', '00:02', '00:06']);
    await putAll(base.path, from(4, 8));
    const after = (await ask(served.url, media)).body.toString();
    expect(after.startsWith(before)).toBe(true);
    expectValid(after);
    const { segments } = parsePlaylist(after, served.url + media);
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, false, true, false]);
  });

  it('shows what came late to those who look after the range has finished', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(0, 2, 6));
    let nowMs = HOUR_MS + 60_000;
    await using served = await serve(base.path, { now: () => nowMs });
    await playlist(served.url, media);
    await putAll(base.path, from(4));
    nowMs = HOUR_MS + 3 * 3_600_000;
    const first = await playlist(served.url, media);
    expect([secondsOf(first).length, first.ended]).toEqual([4, true]);
  });

  it('tells its viewers the end of what they watch before it shows what came late', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(0, 2, 6));
    const range = `${media}?start=2024-03-01T10:00:00&end=2024-03-01T10:05:00`;
    let nowMs = HOUR_MS + 299_000;
    await using served = await serve(base.path, { now: () => nowMs });
    const live = (await ask(served.url, range)).body.toString();
    await putAll(base.path, from(4));
    nowMs += 17_000;
    const ended = (await ask(served.url, range)).body.toString();
    expect(ended).toBe(`${live}#EXT-X-ENDLIST\n`);
    nowMs += 61_000;
    expect(secondsOf(await playlist(served.url, range)).length).toBe(4);
  });

  it('keeps its TARGETDURATION, and leaves out a segment that exceeds it', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(0, 2));
    let nowMs = HOUR_MS + 4000;
    await using served = await serve(base.path, { now: () => nowMs });
    const target = async () => (await playlist(served.url, media)).tags.get('#EXT-X-TARGETDURATION');
    expect(await target()).toBe('6');
    await putAll(base.path, [makeSegment(4, { seconds: 20 }), makeSegment(24)]);
    nowMs += 40_000;
    const text = (await ask(served.url, media)).body.toString();
    expectValid(text);
    const { tags, segments } = parsePlaylist(text, served.url + media);
    expect([
      tags.get('#EXT-X-TARGETDURATION'),
      segments.map(({ time, discontinuity }) => [time.slice(14, 19), discontinuity]),
    ]).toEqual([
      '6',
      [
        ['00:00', false],
        ['00:02', false],
        ['00:24', true],
      ],
    ]);
  });

  it('waits for a better one in place of a fresh partial', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, [makeSegment(0), makeSegment(2, { type: 'partial', text: 'broken' })]);
    let nowMs = HOUR_MS + 5000;
    await using served = await serve(base.path, { now: () => nowMs });
    expect(secondsOf(await playlist(served.url, media))).toEqual(['00:00']);
    await putAll(base.path, from(2, 4));
    const better = await playlist(served.url, media);
    expect(better.segments.map(({ uri }) => uri.includes('-full-'))).toEqual([true, true, true]);
    nowMs += 1000;
    await putAll(base.path, [makeSegment(6, { type: 'partial', text: 'broken too' })]);
    nowMs += 30_000;
    expect(secondsOf(await playlist(served.url, media))).toEqual(['00:00', '00:02', '00:04', '00:06']);
  });

  it('counts what it drops from the front when an hour is deleted', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, [...from(0, 2, 20), makeSegment(0, { hour: '2024-03-01T11' })]);
    const nowMs = HOUR_MS + 3_700_000;
    await using served = await serve(base.path, { now: () => nowMs });
    const before = await playlist(served.url, media);
    expect([before.segments.length, before.tags.get('#EXT-X-MEDIA-SEQUENCE')]).toEqual([4, '0']);
    await rm(path.join(base.path, 'demo/source', HOUR), { recursive: true });
    const after = await playlist(served.url, media);
    expect(after.segments.length).toBe(1);
    expect([after.tags.get('#EXT-X-MEDIA-SEQUENCE'), after.tags.get('#EXT-X-DISCONTINUITY-SEQUENCE')]).toEqual([
      '3',
      '1',
    ]);
  });

  it('is one and the same for all who ask at once', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, from(...Array.from({ length: 50 }, (_, index) => index * 2)));
    await using served = await serve(base.path, { now: () => HOUR_MS + 101_000 });
    const all = await Promise.all(Array.from({ length: 20 }, async () => playlist(served.url, media)));
    for (const one of all) expect(one.segments.length).toBe(50);
  });
});

describe('a master playlist', () => {
  it('offers the qualities that may hold something in the range, and passes all arguments on', async () => {
    await using base = await temporaryDirectory();
    await putAll(base.path, [...from(0), makeSegment(0, { quality: '480p', hour: '2024-03-01T15' })]);
    await mkdir(path.join(base.path, 'demo/chat', HOUR), { recursive: true });
    await using served = await serve(base.path);
    const offered = async (query: string) =>
      (await ask(served.url, `/playlist/demo.m3u8${query}`)).body
        .toString()
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
    expect(await offered('')).toEqual(['demo/480p.m3u8', 'demo/source.m3u8']);
    expect(await offered('?start=2024-03-01T10:00:00&end=2024-03-01T11:00:00&x=1')).toEqual([
      'demo/source.m3u8?start=2024-03-01T10%3A00%3A00&end=2024-03-01T11%3A00%3A00&x=1',
    ]);
    expect(await offered('?start=2024-03-01T12')).toEqual(['demo/480p.m3u8?start=2024-03-01T12']);
  });

  it('is not found where there is no such channel', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    expect((await ask(served.url, '/playlist/absent.m3u8')).status).toBe(404);
    await waitFor(async () => (await ask(served.url, '/playlist/absent/x.m3u8')).status === 404);
  });
});
