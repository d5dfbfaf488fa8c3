import { CHANNEL } from '@waybill/stream-fixture';
import { describe, expect, it } from 'vitest';
import { ask } from '../serve/support.ts';
import { cutPath, fixtureArchive } from './support/fixture-archive.ts';

/** Segments 3 to 5 of the stream. */
const WHOLE = { start: '11:58:26.608', end: '11:58:32.608' };
const INSIDE = { start: '11:58:26.7', end: '11:58:30.6' };
const HOLE = { keep: (file: string) => !file.includes('T11/58:28') };
const NO_FFMPEG = { cuts: { ffmpeg: '/nowhere/ffmpeg' } };

describe('/cut without ffmpeg', () => {
  it('gives whole segments as they are, for rough and for fast where nothing is cut inside', async () => {
    await using archive = await fixtureArchive({}, NO_FFMPEG);
    for (const type of ['rough', 'fast']) {
      const { status, headers, body } = await ask(archive.url, cutPath({ ...WHOLE, type }));
      expect([status, headers['content-type'], headers['transfer-encoding']]).toEqual([200, 'video/MP2T', 'chunked']);
      expect(body.equals(archive.segments(3, 5))).toBe(true);
    }
  });

  it('gives rough cuts with what plays over both ends', async () => {
    await using archive = await fixtureArchive({}, NO_FFMPEG);
    const { body } = await ask(archive.url, cutPath({ ...INSIDE, type: 'rough' }));
    expect(body.equals(archive.segments(3, 4))).toBe(true);
  });

  it('puts several ranges one after the other, in the order of the query', async () => {
    await using archive = await fixtureArchive({}, NO_FFMPEG);
    const range = ['11:58:32.608,11:58:34.608', '11:58:26.608,11:58:28.608'];
    const { body } = await ask(archive.url, cutPath({ range, transition: '' }));
    expect(body.equals(Buffer.concat([archive.segments(6, 6), archive.segments(3, 3)]))).toBe(true);
  });

  it('refuses a hole, unless holes are allowed', async () => {
    await using archive = await fixtureArchive(HOLE, NO_FFMPEG);
    const refused = await ask(archive.url, cutPath(WHOLE));
    expect([refused.status, refused.body.toString()]).toEqual([
      406,
      'Requested time range contains holes or is incomplete.',
    ]);
    const allowed = await ask(archive.url, cutPath({ ...WHOLE, allow_holes: 'True' }));
    expect(allowed.status).toBe(200);
    expect(allowed.body.equals(archive.segments(3, 5))).toBe(true);
  });

  it('answers wrong requests with the status and the words of a restreamer', async () => {
    await using archive = await fixtureArchive({}, NO_FFMPEG);
    const nothing = { start: '10:00:00', end: '10:01:00', allow_holes: 'true' };
    const answers: [Record<string, string | string[]>, number, string | RegExp][] = [
      [nothing, 406, 'We have no content available within the requested time range.'],
      [{ start: WHOLE.end, end: WHOLE.start }, 400, 'Ends must be after starts'],
      [{ ...WHOLE, transition: 'fade,1' }, 400, 'Too many transitions'],
      [{ ...WHOLE, type: 'mp4' }, 400, /disabled/],
      [{ ...WHOLE, type: 'gif' }, 400, /^Unknown type/],
      [{ ...WHOLE, allow_holes: 'maybe' }, 400, 'allow_holes must be one of: true, false'],
      [{ range: 'x' }, 400, 'A range is START,END, two times'],
      [{ ...WHOLE, transition: 'exec,1' }, 400, /^Unknown transition "exec"/],
      [{ ...WHOLE, transition: 'fade,-1' }, 400, /^A transition is TYPE,SECONDS/],
      [{ start: '2025-03-01', end: '2025-03-14' }, 400, 'A cut may be at most 7 days long'],
    ];
    for (const [query, status, words] of answers) {
      const answer = await ask(archive.url, cutPath(query));
      expect([query, answer.status]).toEqual([query, status]);
      expect(answer.body.toString()).toMatch(words);
      expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    }
  });

  it('knows no channel that is not there, and shows nothing that is hidden', async () => {
    await using archive = await fixtureArchive({}, NO_FFMPEG);
    const times = 'start=2025-03-14T11:59&end=2025-03-14T12:00';
    expect((await ask(archive.url, `/cut/${CHANNEL}/none.ts?${times}`)).status).toBe(404);
    const hidden = await ask(archive.url, `/cut/.hidden/source.ts?${times}`);
    expect([hidden.status, hidden.body.toString()]).toEqual([403, 'Bad channel: May not start with a period']);
  });

  it('names the program that is missing, before it answers anything else', async () => {
    await using archive = await fixtureArchive({}, NO_FFMPEG);
    const images = [
      `/frame/${CHANNEL}/source.png?timestamp=2025-03-14T11:59`,
      `/waveform/${CHANNEL}/source.png?start=2025-03-14T11:59&end=2025-03-14T11:59:10`,
    ];
    for (const path of [cutPath({ ...WHOLE, type: 'webm' }), cutPath(INSIDE), ...images]) {
      const { status, headers, body } = await ask(archive.url, path);
      expect([path, status, headers['content-type']]).toEqual([path, 501, 'application/problem+json; charset=utf-8']);
      expect(JSON.parse(body.toString())).toMatchObject({
        code: 'ERR_FFMPEG_MISSING',
        detail: expect.stringContaining('/nowhere/ffmpeg') as string,
      });
    }
  });

  it('answers HEAD without making anything', async () => {
    await using archive = await fixtureArchive({}, NO_FFMPEG);
    const { status, headers, body } = await ask(archive.url, cutPath({ ...INSIDE, type: 'webm' }), { method: 'HEAD' });
    expect([status, headers['content-type'], body.length]).toEqual([200, 'video/webm', 0]);
  });

  it('breaks the connection off where a segment turns out to be damaged, and counts it', async () => {
    await using archive = await fixtureArchive({}, NO_FFMPEG);
    const { writeFileSync } = await import('node:fs');
    const { readStreamIndex } = await import('@waybill/stream-fixture');
    const place = readStreamIndex().qualities['source']?.segments[4]?.path ?? '';
    const damaged = archive.segments(4, 4);
    damaged[188 * 20] = 0;
    writeFileSync(`${archive.base}/${CHANNEL}/source/${place}`, damaged);
    await expect(ask(archive.url, cutPath({ ...WHOLE, type: 'smart' }))).rejects.toThrow(/aborted|hang up|reset/i);
    const metrics = await ask(archive.url, '/metrics');
    expect(metrics.body.toString()).toMatch(/cut_latency_count\{[^}]*cut_type="smart",error="true"[^}]*\} 1/);
  });

  it('refuses images of wrong sizes and lengths', async () => {
    await using archive = await fixtureArchive({}, NO_FFMPEG);
    const wave = (query: string) => ask(archive.url, `/waveform/${CHANNEL}/source.png?${query}`);
    const day = 'start=2025-03-14T11:00&end=2025-03-14T12:00';
    expect((await wave(`${day}&size=5000x64`)).status).toBe(400);
    expect((await wave(`${day}&size=x`)).status).toBe(400);
    expect((await wave('start=2025-03-14T06:00&end=2025-03-14T12:00:01')).status).toBe(400);
    expect((await wave('start=2025-03-14T06:00&end=2025-03-14T07:00')).status).toBe(406);
    const frame = (query: string) => ask(archive.url, `/frame/${CHANNEL}/source.png?${query}`);
    expect((await frame('timestamp=2025-03-14T06:00')).status).toBe(406);
    expect((await frame('')).status).toBe(400);
  });
});
