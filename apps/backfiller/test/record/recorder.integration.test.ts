import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { dishonestFiles, listFiles, readFiles } from '../e2e/support/archive-files.ts';
import { FakeOrigin } from './support/fake-origin.ts';
import type { SegmentFault, WrongContent } from './support/fake-origin.ts';
import { expectedFile, startRecording } from './support/record.ts';

const ONCE = { settings: { runOnce: true } };

describe('a stream that ends', () => {
  it('is recorded under the names that its times say, over the hour, and the run ends', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(3);
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await waitFor(() => recording.counts().full === 3);
    origin.addMany(4);
    await waitFor(() => recording.counts().full === 7);
    origin.ended = true;
    await recording.ended;
    expect(new Map(readFiles(place.path))).toEqual(
      new Map(origin.segments.map((segment) => [expectedFile(segment), segment.content])),
    );
    expect(new Set(listFiles(place.path).map((file) => file.split(path.sep)[2]))).toEqual(
      new Set(['2024-03-01T10', '2024-03-01T11']),
    );
    expect(recording.counts()).toMatchObject({ full: 7, lost: 0, missedSeconds: 0, failure: null });
  });

  it('is not fetched again where a full segment is there, also behind a tombstone', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(2);
    origin.ended = true;
    const [first, second] = origin.segments.map((segment) => path.join(place.path, expectedFile(segment)));
    mkdirSync(path.dirname(first ?? ''), { recursive: true });
    writeFileSync(first ?? '', origin.segments[0]?.content ?? '');
    writeFileSync((first ?? '').replace(/ts$/, 'tombstone'), '');
    // A tombstone alone is no copy.
    writeFileSync((second ?? '').replace(/ts$/, 'tombstone'), '');
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(recording.counts()).toMatchObject({ full: 1, present: 1 });
    expect(origin.requests.filter((request) => request.includes('/0.ts'))).toEqual([]);
  });

  it('gives two recorders identical names', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.segmentSeconds = 1.967;
    origin.addMany(5);
    origin.ended = true;
    const bases = ['a', 'b'].map((name) => path.join(place.path, name));
    await using one = startRecording(bases[0] ?? '', origin.mediaUrl, ONCE);
    await using other = startRecording(bases[1] ?? '', origin.masterUrl, ONCE);
    await Promise.all([one.ended, other.ended]);
    expect(listFiles(bases[0] ?? '').sort()).toEqual(listFiles(bases[1] ?? '').sort());
    expect(listFiles(bases[0] ?? '')).toHaveLength(5);
  });
});

describe('an answer for a segment', () => {
  it.each<[SegmentFault, boolean]>([
    ['cut', true],
    ['error', true],
    ['gone', true],
    ['long', true],
    ['redirect', false],
    ['gzip', false],
  ])('that is %s ends in a full segment', async (fault, fails) => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    const segment = origin.add({ faults: [fault] });
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(listFiles(place.path)).toEqual([expectedFile(segment)]);
    expect(recording.counts().requestsFailed).toBe(fails ? 1 : 0);
  });

  it('that breaks off each time is kept as one partial segment, the longest, with the digest of what came', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    const segment = origin.add({ faults: ['cut-early', 'cut', 'cut-early'] });
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    const bytes = segment.content.subarray(0, segment.content.length / 2);
    expect(listFiles(place.path)).toEqual([expectedFile(segment, { type: 'partial', bytes })]);
    expect(dishonestFiles(place.path)).toEqual([]);
  });

  it('that breaks off is not kept where a longer partial or a suspect one is there', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    const cut = (): { faults: SegmentFault[] } => ({ faults: ['cut', 'cut', 'cut'] });
    const present = [origin.add(cut()), origin.add(cut())].map((segment, index) =>
      expectedFile(segment, { type: index === 0 ? 'partial' : 'suspect', bytes: segment.content }),
    );
    origin.ended = true;
    for (const [index, file] of present.entries()) {
      mkdirSync(path.dirname(path.join(place.path, file)), { recursive: true });
      writeFileSync(path.join(place.path, file), origin.segments[index]?.content ?? '');
    }
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(listFiles(place.path).sort()).toEqual(present.sort());
  });

  it('that is empty is a suspect segment', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    const segment = origin.add({ faults: ['empty'] });
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(listFiles(place.path)).toEqual([expectedFile(segment, { type: 'suspect', bytes: new Uint8Array(0) })]);
  });

  it('that took too long is a suspect segment', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    const segment = origin.add();
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, {
      settings: { runOnce: true, suspectAfterMs: 0 },
    });
    await recording.ended;
    expect(listFiles(place.path)).toEqual([expectedFile(segment, { type: 'suspect' })]);
  });

  it.each<SegmentFault>(['hang', 'dribble', 'stop-halfway'])(
    'that does not end (%s) is overtaken by a second request after the soft timeout',
    async (fault) => {
      await using place = await temporaryDirectory();
      await using origin = await FakeOrigin.start();
      const segment = origin.add({ faults: [fault] });
      origin.ended = true;
      await using recording = startRecording(place.path, origin.mediaUrl, {
        settings: { runOnce: true, softTimeoutMs: 50, tries: 1 },
      });
      await recording.ended;
      expect(listFiles(place.path)).toEqual([expectedFile(segment)]);
    },
  );

  it('that never comes is given up at the hard timeout: what there is of it is kept, and nothing is counted as lost', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    const segment = origin.add({ faults: ['stop-halfway', 'hang'] });
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, {
      settings: { runOnce: true, softTimeoutMs: 50, hardTimeoutMs: 2000 },
    });
    await recording.ended;
    const bytes = segment.content.subarray(0, segment.content.length / 2);
    expect(listFiles(place.path)).toEqual([expectedFile(segment, { type: 'partial', bytes })]);
    expect(recording.counts()).toMatchObject({ partial: 1, lost: 0 });
  });

  it('that never comes at all is a lost segment, and holds up no other', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.add({ faults: ['gone', 'gone', 'gone'] });
    const good = origin.add();
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(listFiles(place.path)).toEqual([expectedFile(good)]);
    expect(recording.counts()).toMatchObject({ full: 1, lost: 1, lostSeconds: 2 });
    expect(await recording.metrics()).toContain('record_segments_lost_total{channel="demo",quality="source"} 1');
  });
});

describe('the content of a segment', () => {
  const wrong = [
    'an HTML page',
    'a text that begins like MPEG-TS',
    'one that is longer than a packet',
    'packed audio',
  ] as const;

  it.each(wrong)('that is %s is a failed try, and the next one is recorded', async (fault: WrongContent) => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    const segments = [origin.add({ faults: [fault] }), origin.add()];
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(listFiles(place.path).sort()).toEqual(segments.map((segment) => expectedFile(segment)).sort());
    expect(recording.counts()).toMatchObject({ full: 2, lost: 0, requestsFailed: 1 });
  });

  it.each([
    [false, 'an HTML page', 'it does not begin with 0x47'],
    [true, 'an HTML page', 'it does not begin with 0x47'],
    [false, 'packed audio', 'packed audio (it begins with ID3)'],
  ] as const)(
    'that is never MPEG-TS is lost, and the log says why (encrypted: %s; %s)',
    async (...[encrypted, fault, why]) => {
      await using place = await temporaryDirectory();
      await using origin = await FakeOrigin.start();
      origin.encrypted = encrypted;
      origin.add({ faults: [fault, fault, fault] });
      origin.ended = true;
      await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
      await recording.ended;
      expect(listFiles(place.path)).toEqual([]);
      expect(recording.counts()).toMatchObject({ full: 0, partial: 0, lost: 1, requestsFailed: 3 });
      expect(recording.log()).toContain('A segment is lost');
      expect(recording.log()).toContain(why);
    },
  );

  it('is decrypted, with the sequence number where the playlist gives no IV', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.encrypted = true;
    origin.shiftSequence(700);
    origin.addMany(3);
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(listFiles(place.path).sort()).toEqual(origin.segments.map((segment) => expectedFile(segment)).sort());
    expect(origin.requests.filter((request) => request.startsWith('/key'))).not.toHaveLength(0);
  });

  it.each([false, true])('is its range of a file (a server that knows no ranges: %s)', async (ignoresRanges) => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    Object.assign(origin, { byteRanges: true, ignoresRanges });
    for (const content of ['one', 'a longer two'.padEnd(500, '.'), '3']) origin.add({ content });
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(listFiles(place.path).sort()).toEqual(origin.segments.map((segment) => expectedFile(segment)).sort());
  });
});

describe('a playlist', () => {
  it('has its ads left out and counted', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    const kept = [origin.add()];
    const adStart = (origin.segments[0]?.startMs ?? 0) + 2000;
    origin.extraTags = [
      `#EXT-X-DATERANGE:ID="stitched-ad-1",CLASS="twitch-stitched-ad",START-DATE="${new Date(adStart).toISOString()}",DURATION=4.0,X-TV-TWITCH-AD-ROLL-TYPE="MIDROLL"`,
    ];
    origin.add({ title: 'Amazon|123', tags: ['#EXT-X-DISCONTINUITY'] });
    origin.add();
    kept.push(origin.add({ tags: ['#EXT-X-DISCONTINUITY'] }));
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(listFiles(place.path).sort()).toEqual(kept.map((segment) => expectedFile(segment)).sort());
    expect(recording.counts()).toMatchObject({ full: 2, adSegments: 2, adSeconds: 4 });
  });

  it('with a time that is not where the segment before ends makes that segment suspect, unless a discontinuity says so', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    const files = [expectedFile(origin.add()), expectedFile(origin.add({ jumpSeconds: 0.02 }), { type: 'suspect' })];
    files.push(expectedFile(origin.add({ jumpSeconds: 0.01 })));
    files.push(expectedFile(origin.add({ jumpSeconds: 7, tags: ['#EXT-X-DISCONTINUITY'] })));
    origin.ended = true;
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(listFiles(place.path).sort()).toEqual(files.sort());
  });

  it('that moved on too far is reported as seconds that were missed', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(2);
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await waitFor(() => recording.counts().full === 2);
    origin.addMany(origin.windowSize + 3);
    origin.ended = true;
    await recording.ended;
    expect(recording.counts()).toMatchObject({ full: 7, missedSeconds: 6 });
  });

  it('whose times jump while its sequence goes on has missed nothing', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.windowSize = 2;
    origin.addMany(2);
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await waitFor(() => recording.counts().full === 2);
    origin.add({ jumpSeconds: 60, tags: ['#EXT-X-DISCONTINUITY'] });
    origin.add();
    origin.ended = true;
    await recording.ended;
    expect(recording.counts()).toMatchObject({ full: 4, missedSeconds: 0 });
  });

  it.each([
    ['without times', { withTimes: false }, 'EXT-X-PROGRAM-DATE-TIME'],
    ['of fragmented MP4', { extraTags: ['#EXT-X-MAP:URI="init.mp4"'] }, 'line 5: EXT-X-MAP'],
    ['of protected media', { extraTags: ['#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x"'] }, 'encryption SAMPLE-AES'],
  ])('%s ends with a clear error and without a request for media', async (_title, traits, message) => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    Object.assign(origin, traits);
    origin.add();
    await using recording = startRecording(place.path, origin.mediaUrl);
    await recording.ended;
    expect(recording.counts().failure).toContain(message);
    expect(origin.requests).toEqual(['/media.m3u8']);
  });

  it('of a variant without its sound ends with a clear error, unless its own URL is given', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.soundApart = true;
    origin.addMany(1);
    origin.ended = true;
    await using refused = startRecording(place.path, origin.masterUrl);
    await refused.ended;
    expect(refused.counts().failure).toMatch(/sound is in a playlist of its own \(source\).*URL of its media playlist/);
    expect(origin.requests).toEqual(['/master.m3u8']);
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await recording.ended;
    expect(recording.counts()).toMatchObject({ full: 1, failure: null });
  });

  it('that cannot be recorded for a while does not end a recorder that has recorded before', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(2);
    await using recording = startRecording(place.path, origin.mediaUrl);
    await waitFor(() => recording.counts().full === 2);
    origin.withTimes = false;
    await waitFor(() => recording.counts().playlistErrors > 1);
    origin.withTimes = true;
    origin.addMany(1);
    await waitFor(() => recording.counts().full === 3);
    expect(recording.counts()).toMatchObject({ lost: 0, failure: null });
  });

  it('is not sent again while its ETag stays', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.etags = true;
    origin.targetSeconds = 0.04;
    origin.addMany(1);
    await using recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await waitFor(() => origin.requests.length >= 4);
    origin.addMany(1);
    origin.ended = true;
    await recording.ended;
    expect(recording.counts()).toMatchObject({ full: 2, playlistErrors: 0 });
  });
});

describe('a URL', () => {
  it('that is refused is replaced by a fresh one, and nothing is lost', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(3);
    await using recording = startRecording(place.path, origin.masterUrl, ONCE);
    await waitFor(() => recording.counts().full === 3);
    origin.firstToken = 2;
    // Another edge server counts otherwise: the times say what is the same.
    origin.shiftSequence(1000);
    origin.addMany(3);
    await waitFor(() => recording.counts().urlChanges === 1);
    origin.ended = true;
    await recording.ended;
    expect(recording.counts()).toMatchObject({ full: 6, lost: 0, missedSeconds: 0 });
    expect(await recording.metrics()).toContain(
      'record_url_changes_total{channel="demo",quality="source",reason="refused"} 1',
    );
  });

  it('that is refused while a segment is fetched gives way to the one in the fresh playlist', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(1);
    await using recording = startRecording(place.path, origin.masterUrl, { settings: { runOnce: true, tries: 12 } });
    await waitFor(() => recording.counts().full === 1);
    origin.add({ faults: ['error', 'error', 'error'] });
    await waitFor(() => recording.counts().requestsFailed > 0);
    origin.firstToken = 2;
    origin.ended = true;
    await recording.ended;
    expect(recording.counts()).toMatchObject({ full: 2, lost: 0 });
  });

  it('at which the stream stalls is replaced, and the old one is let go only then', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.targetSeconds = 0.1;
    origin.addMany(2);
    await using recording = startRecording(place.path, origin.masterUrl, {
      settings: { runOnce: true, stallTimeoutMs: 300 },
    });
    await waitFor(() => recording.counts().urlChanges === 1);
    const media = origin.requests.filter((request) => request.startsWith('/media'));
    const fresh = media.findIndex((request) => request.includes('token=2'));
    expect(media.slice(0, fresh).every((request) => request.includes('token=1'))).toBe(true);
    origin.addMany(1);
    origin.ended = true;
    await recording.ended;
    expect(recording.counts()).toMatchObject({ full: 3, lost: 0 });
  });

  it('for which no fresh one can be had is kept as long as it delivers', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(2);
    await using recording = startRecording(place.path, origin.masterUrl, {
      settings: { runOnce: true, stallTimeoutMs: 100, playlistRetryBaseMs: 1 },
    });
    await waitFor(() => recording.counts().full === 2);
    origin.masterStatus = 404;
    await waitFor(() => recording.counts().playlistErrors > 10);
    origin.addMany(1);
    await waitFor(() => recording.counts().full === 3);
    origin.ended = true;
    await recording.ended;
    expect(recording.counts()).toMatchObject({ full: 3, lost: 0, failure: null });
  });

  it('that grows old is replaced', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.targetSeconds = 0.1;
    origin.addMany(2);
    await using recording = startRecording(place.path, origin.masterUrl, { settings: { refreshUrlMs: 300 } });
    await waitFor(() => recording.counts().urlChanges > 0);
    expect(await recording.metrics()).toMatch(/record_url_changes_total\{.*reason="old"\} \d/);
  });

  it('at which the stream vanishes is asked again until the stream is back', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.targetSeconds = 0.1;
    origin.addMany(2);
    await using recording = startRecording(place.path, origin.masterUrl);
    await waitFor(() => recording.counts().full === 2);
    origin.status = 404;
    await waitFor(() => recording.counts().playlistErrors > 3);
    origin.status = undefined;
    origin.addMany(2);
    await waitFor(() => recording.counts().full === 4);
    origin.ended = true;
    const before = origin.requests.length;
    await waitFor(() => origin.requests.length > before + 4);
    origin.ended = false;
    origin.addMany(1);
    await waitFor(() => recording.counts().full === 5);
    expect(recording.counts()).toMatchObject({ lost: 0, failure: null });
  });

  it('that was never right ends a single run', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.status = 404;
    await using recording = startRecording(place.path, origin.masterUrl, ONCE);
    await recording.ended;
    expect(recording.counts().failure).toContain('status 404');
  });
});

describe('several qualities', () => {
  it('are recorded side by side, and one that is missing stops no other', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(2);
    origin.ended = true;
    await using recording = startRecording(place.path, origin.masterUrl, {
      ...ONCE,
      qualities: ['source', '480p', '160p'],
    });
    await recording.ended;
    const files = ['source', '480p'].flatMap((quality) =>
      origin.segments.map((segment) => expectedFile(segment, { quality })),
    );
    expect(listFiles(place.path).sort()).toEqual(files.sort());
    expect(recording.counts('160p').failure).toContain('no variant is "160p"; there are 480p, best');
    expect(origin.requests.some((request) => request.includes('name=best'))).toBe(true);
  });
});

describe('a recorder that is stopped', () => {
  it('leaves nothing unfinished, and the next one fetches what it had not', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    const whole = origin.add();
    const second = origin.add({ faults: ['stop-halfway'] });
    const recording = startRecording(place.path, origin.mediaUrl, ONCE);
    await waitFor(() => recording.counts().full === 1);
    await waitFor(() => listFiles(place.path).length === 2);
    await recording.stop();
    expect(listFiles(place.path)).toEqual([expectedFile(whole)]);
    origin.ended = true;
    await using next = startRecording(place.path, origin.mediaUrl, ONCE);
    await next.ended;
    expect(listFiles(place.path).sort()).toEqual([expectedFile(whole), expectedFile(second)].sort());
  });
});

describe('a disk with less space than is to be kept', () => {
  const settings = { minFreeBytes: Number.MAX_SAFE_INTEGER };

  it('has nothing fetched, is told of once, and what leaves the playlist meanwhile is lost', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.windowSize = 3;
    origin.addMany(3);
    await using recording = startRecording(place.path, origin.mediaUrl, { settings: { ...settings, concurrency: 1 } });
    await waitFor(async () => /^record_paused 1$/m.test(await recording.metrics()));
    origin.addMany(2);
    await waitFor(() => recording.counts().lost === 2);
    origin.addMany(2);
    await waitFor(() => recording.counts().lost === 4);
    expect(recording.counts()).toMatchObject({ full: 0, lost: 4, lostSeconds: 8, requestsFailed: 0 });
    expect(origin.requests.filter((request) => request.includes('.ts'))).toEqual([]);
    expect(recording.log().match(/"level":"(?:warn|error)"/g)).toHaveLength(1);
    expect(recording.log()).toContain('The disk is full. Recording pauses until there is space');
  });

  it('does not keep a single run from ending: after the hard timeout, what waits is lost', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(2);
    origin.ended = true;
    const quick = { ...settings, runOnce: true, hardTimeoutMs: 50 };
    await using recording = startRecording(place.path, origin.mediaUrl, { settings: quick });
    await recording.ended;
    expect(recording.counts()).toMatchObject({ full: 0, lost: 2, failure: null });
  });

  it('does not keep a recorder from being stopped', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(2);
    await using recording = startRecording(place.path, origin.mediaUrl, { settings });
    await waitFor(async () => /^record_paused 1$/m.test(await recording.metrics()));
    await recording.stop();
    expect(recording.counts()).toMatchObject({ lost: 0, failure: null });
  });
});
