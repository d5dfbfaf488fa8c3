import { describe, expect, it } from 'vitest';
import { chooseVariant } from '../../../src/record/playlist/choose-variant.ts';
import { master, media, startsOf } from './support.ts';

const TIME = '#EXT-X-PROGRAM-DATE-TIME:2024-03-01T11:00:00Z';
const playlistOf = (...lines: string[]): string => ['#EXTM3U', '#EXT-X-TARGETDURATION:2', ...lines, ''].join('\n');

describe('times', () => {
  it('are carried forward, over a discontinuity too, and backward to segments before the first one', () => {
    const text = playlistOf(
      '#EXTINF:2,',
      'a',
      TIME,
      '#EXTINF:2,',
      'b',
      '#EXT-X-DISCONTINUITY',
      '#EXTINF:1.5,',
      'c',
      '#EXTINF:2,',
      'd',
    );
    expect(startsOf(media(text))).toEqual([
      '2024-03-01T10:59:58.000000Z',
      '2024-03-01T11:00:00.000000Z',
      '2024-03-01T11:00:02.000000Z',
      '2024-03-01T11:00:03.500000Z',
    ]);
  });

  it('that jump are a skew of that segment alone, and none behind a discontinuity', () => {
    const jump = (seconds: string): string => `#EXT-X-PROGRAM-DATE-TIME:2024-03-01T11:00:${seconds}Z`;
    const text = playlistOf(
      TIME,
      '#EXTINF:2,',
      'a',
      jump('02.5'),
      '#EXTINF:2,',
      'b',
      '#EXTINF:2,',
      'c',
      '#EXT-X-DISCONTINUITY',
      jump('30'),
      '#EXTINF:2,',
      'd',
    );
    expect(media(text).segments.map(({ skewMicros }) => skewMicros)).toEqual([0, 500_000, 0, 0]);
  });

  it.each([
    ['2024-03-01T11:00:00Z', '2024-03-01T11:00:00.000000Z'],
    ['2024-03-01T11:00:00', '2024-03-01T11:00:00.000000Z'],
    ['2024-03-01 11:00Z', '2024-03-01T11:00:00.000000Z'],
    ['2024-03-01t11:00:00.5z', '2024-03-01T11:00:00.500000Z'],
    ['2024-03-01T11:00:00.123456789Z', '2024-03-01T11:00:00.123456Z'],
    ['2024-03-01T11:00:00,25Z', '2024-03-01T11:00:00.250000Z'],
    ['2024-03-01T04:30:00.1-0630', '2024-03-01T11:00:00.100000Z'],
    ['2024-03-01T12:00:00+01', '2024-03-01T11:00:00.000000Z'],
    ['2024-02-29T23:59:60Z', '2024-03-01T00:00:00.000000Z'],
  ])('%s is read', (text, expected) => {
    expect(startsOf(media(playlistOf(`#EXT-X-PROGRAM-DATE-TIME:${text}`, '#EXTINF:2,', 'a')))).toEqual([expected]);
  });

  it.each([
    '',
    'now',
    '2023-02-29T11:00:00Z',
    '2024-13-01T11:00:00Z',
    '2024-03-01T24:00:00Z',
    '2024-03-01T11:60:00Z',
    '1709290800',
  ])('%j is refused, with its line', (text) => {
    expect(() => media(playlistOf(`#EXT-X-PROGRAM-DATE-TIME:${text}`))).toThrow(
      /^playlist, line 3: .* no date and time/,
    );
  });
});

describe('a media playlist', () => {
  it('has ranges that begin where the one before ended, unless they say otherwise', () => {
    const text = playlistOf(
      '#EXT-X-BYTERANGE:100@50',
      '#EXTINF:2,',
      'a',
      '#EXT-X-BYTERANGE:30',
      '#EXTINF:2,',
      'a',
      '#EXT-X-BYTERANGE:5@0',
      '#EXTINF:2,',
      'b',
    );
    expect(media(text).segments.map(({ byteRange }) => byteRange)).toEqual([
      { offset: 50, length: 100 },
      { offset: 150, length: 30 },
      { offset: 0, length: 5 },
    ]);
  });

  it('has keys that hold until the next one, and sequence numbers as IV where none is said', () => {
    const text = playlistOf(
      '#EXT-X-MEDIA-SEQUENCE:258',
      '#EXT-X-KEY:METHOD=AES-128,URI="k1"',
      '#EXTINF:2,',
      'a',
      '#EXT-X-KEY:METHOD=AES-128,URI="k2",IV=0xFF',
      '#EXTINF:2,',
      'b',
      '#EXT-X-KEY:METHOD=NONE',
      '#EXTINF:2,',
      'c',
    );
    const keys = media(text).segments.map(({ key }) => key && [key.uri.slice(-2), Buffer.from(key.iv).toString('hex')]);
    expect(keys).toEqual([
      ['k1', '00000000000000000000000000000102'],
      ['k2', '000000000000000000000000000000ff'],
      undefined,
    ]);
  });

  it('counts discontinuities and marks gaps', () => {
    const text = playlistOf(
      '#EXT-X-DISCONTINUITY-SEQUENCE:7',
      '#EXTINF:2,',
      'a',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-GAP',
      '#EXTINF:2,',
      'b',
      '#EXTINF:2,',
      'c',
    );
    const { segments } = media(text);
    expect(segments.map(({ discontinuitySequence }) => discontinuitySequence)).toEqual([7, 8, 8]);
    expect(segments.map(({ gap }) => gap)).toEqual([false, true, false]);
  });

  it('reads the same with a byte order mark, CRLF, no newline at its end, and tags that nobody knows', () => {
    const lines = [
      '#EXTM3U',
      '#EXT-X-VERSION:9',
      '#EXT-X-MEDIA-SEQUENCE:7',
      TIME,
      '#EXTINF:2.000,a title, with a comma',
      'seg/7.ts?token=a%2Fb&x=1#part',
      '#EXTINF:2,',
      '/other/8.ts',
      '#EXTINF:2,',
      '//cdn.example.org/9.ts',
    ];
    const unknown = ['#EXT-X-MADE-UP:A="b, c",D=1', '#EXT-X-BITRATE:800', '#EXTWHATEVER', '# a comment', '#'];
    const plain = media(`${lines.join('\n')}\n`).segments.map(({ line: _line, ...segment }) => segment);
    expect(plain.map(({ uri }) => uri)).toEqual([
      'https://origin.example.org/live/seg/7.ts?token=a%2Fb&x=1#part',
      'https://origin.example.org/other/8.ts',
      'https://cdn.example.org/9.ts',
    ]);
    const odd = lines.flatMap((line, index) => (index === 0 ? [line] : [...unknown, '', `  ${line}\t`]));
    const texts = [lines.join('\n'), `\ufeff${lines.join('\r\n')}`, lines.join('\r'), odd.join('\n')];
    for (const text of texts) expect(media(text).segments.map(({ line: _line, ...segment }) => segment)).toEqual(plain);
  });

  it('counts the segments that a delta update leaves out', () => {
    const text = playlistOf('#EXT-X-MEDIA-SEQUENCE:100', '#EXT-X-SKIP:SKIPPED-SEGMENTS=30', TIME, '#EXTINF:2,', 'a');
    expect(media(text).segments[0]?.mediaSequence).toBe(130);
    expect(() => media(playlistOf('#EXT-X-SKIP:RECENTLY-REMOVED="a"'))).toThrow('line 3: "" is no whole number');
  });

  it('joins what several tags say of one range of dates: how long it was counts before how long it was to be', () => {
    const start = '2024-03-01T11:00:00Z';
    const text = playlistOf(
      `#EXT-X-DATERANGE:ID="splice-1",START-DATE="${start}",PLANNED-DURATION=60,SCTE35-OUT=0xFC`,
      '#EXT-X-DATERANGE:ID="splice-1",DURATION=30.5,SCTE35-IN=0xFD',
      `#EXT-X-DATERANGE:ID="splice-2",START-DATE="${start}",PLANNED-DURATION=60`,
      '#EXT-X-DATERANGE:ID="splice-2",END-DATE="2024-03-01T11:00:10Z"',
      '#EXT-X-DATERANGE:ID="begun before this window",END-DATE="2024-03-01T11:00:10Z"',
      `#EXT-X-DATERANGE:START-DATE="${start}"`,
    );
    const ranges = media(text).dateRanges;
    expect(ranges.map(({ startMicros, endMicros = NaN }) => (endMicros - startMicros) / 1e6)).toEqual([30.5, 10, NaN]);
    expect([...(ranges[0]?.attributes.keys() ?? [])]).toEqual(
      expect.arrayContaining(['SCTE35-OUT', 'SCTE35-IN', 'PLANNED-DURATION', 'DURATION']),
    );
  });

  it('of fragmented MP4, or with variables, is refused with the line that says so', () => {
    expect(() => media(playlistOf('#EXT-X-MAP:URI="init.mp4",BYTERANGE="720@0"'))).toThrow(/line 3: EXT-X-MAP/);
    expect(() => media(playlistOf('#EXT-X-DEFINE:NAME="a",VALUE="b"'))).toThrow(/line 3: EXT-X-DEFINE/);
  });

  it.each([
    ['', 'line 1: it is empty'],
    ['<html>\n', 'line 1: it does not begin with #EXTM3U'],
    ['\n\n#EXTM3U8\n', 'line 3: it does not begin with #EXTM3U'],
    ['#EXTM3U\nlonely.ts\n', 'line 2: a URI without EXTINF'],
    ['#EXTM3U\n#EXTINF:2,\n', 'line 2: EXTINF without a URI'],
    ['#EXTM3U\n#EXTINF:two,\na\n', 'line 2: "two" is no duration in seconds'],
    ['#EXTM3U\n#EXTINF:-1,\na\n', 'line 2: "-1" is no duration in seconds'],
    ['#EXTM3U\n#EXTINF:86401,\na\n', 'line 2: "86401" is no duration in seconds'],
    ['#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:1.5\n', 'line 2: "1.5" is no whole number'],
    ['#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:9007199254740993\n', 'line 2: "9007199254740993" is no whole number'],
    ['#EXTM3U\n#EXTINF:2,\na\n#EXT-X-MEDIA-SEQUENCE:5\n', 'line 4: EXT-X-MEDIA-SEQUENCE behind the first segment'],
    ['#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n', 'line 3: a URI that is no http or https URL'],
    ['#EXTM3U\n#EXT-X-BYTERANGE:5\n#EXTINF:2,\na\n', 'line 2: EXT-X-BYTERANGE without an offset'],
    ['#EXTM3U\n#EXT-X-BYTERANGE:x\n#EXTINF:2,\na\n', 'line 2: EXT-X-BYTERANGE is not LENGTH or LENGTH@OFFSET'],
    ['#EXTM3U\n#EXT-X-KEY:METHOD=AES-128\n', 'line 2: EXT-X-KEY without URI'],
    ['#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k",IV=12\n', 'line 2: the IV of EXT-X-KEY'],
    ['#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k\n', 'line 2: the value of URI has no closing quote'],
    ['#EXTM3U\n#EXT-X-KEY:method\n', 'line 2: no attribute at character 1'],
    ['#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k"IV=0x1\n', 'line 2: no comma behind the value of URI'],
    ['#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n', 'line 2: EXT-X-STREAM-INF without a URI'],
    ['#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na\nb\n', 'line 4: a URI without EXT-X-STREAM-INF'],
  ])('%j is refused', (text, message) => {
    expect(() => media(text)).toThrow(message);
  });
});

describe('a master playlist', () => {
  it('takes names from groups where a variant has none, and knows what is not said', () => {
    const text = `#EXTM3U
#EXT-X-STREAM-INF:VIDEO="high",BANDWIDTH=12,RESOLUTION=1920X1080
a
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="i"
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="high",NAME="Full HD"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="English",URI="e"
#EXT-X-STREAM-INF:AUDIO="aac"
b
`;
    expect(master(text).variants).toMatchObject([
      { name: 'Full HD', height: 1080, bandwidth: 12, line: 2 },
      { name: undefined, height: undefined, bandwidth: 0, frameRate: undefined, line: 7 },
    ]);
  });

  it('knows the variants whose sound is in playlists of its own', () => {
    const text = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="apart",NAME="English",DEFAULT=YES,URI="en.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="apart",NAME="Deutsch",URI="de.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="within",NAME="Comment",URI="comment.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="within",NAME="English",DEFAULT=YES
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",URI="subs.m3u8"
#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc",NAME="CC1",INSTREAM-ID="CC1"
#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=1280x720,AUDIO="apart",SUBTITLES="subs"
a
#EXT-X-STREAM-INF:BANDWIDTH=8,RESOLUTION=1280x720,AUDIO="within",CLOSED-CAPTIONS="cc"
b
#EXT-X-STREAM-INF:BANDWIDTH=7,RESOLUTION=640x360,AUDIO="apart"
c
#EXT-X-STREAM-INF:BANDWIDTH=6,RESOLUTION=320x180,AUDIO="of which nothing is said"
d
`;
    const playlist = master(text);
    expect(playlist.variants.map(({ isSoundApart }) => isSoundApart)).toEqual([true, false, true, false]);
    const chosen = ['source', '720p', '360p'].map((quality) => chooseVariant(playlist, quality).uri.slice(-1));
    expect(chosen).toEqual(['b', 'b', 'c']);
  });
});
